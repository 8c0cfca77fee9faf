"""How somebody comes on over time, and a whole cohort."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
