"""The instructor's work on a session: remarks, judgements, sign-off; following a running one."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
