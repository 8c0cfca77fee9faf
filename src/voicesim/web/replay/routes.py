"""Hearing a kept session again: its page, its peaks and its sound."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
