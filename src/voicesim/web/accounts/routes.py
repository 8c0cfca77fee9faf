"""Signing in and out, invitations and people."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
