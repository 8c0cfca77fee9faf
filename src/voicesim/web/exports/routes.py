"""Sessions in the formats of other tools."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
