"""Hearing a kept session again: its page, what was said and when, its peaks and its sound."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from voicesim.timebase import seconds
from voicesim.web.access import Person, public, seen_session, signed_in
from voicesim.web.guard import POLICY
from voicesim.web.pages import page
from voicesim.web.replay import libraries
from voicesim.web.replay.memory import length_of, prepare, replay_json
from voicesim.web.replay.model import Replay
from voicesim.web.replay.opening import readable
from voicesim.web.replay.peaks import PER_SECOND, peaks
from voicesim.web.replay.sound import UnsatisfiableError, size_of, stereo_bytes, wanted_range
from voicesim.web.replay.tracks import sound_key
from voicesim.web.room.release import NOT_RELEASED, NOT_SHARED, shows_scores
from voicesim.web.sessions.kept import KeptSession, without_score
from voicesim.web.world import Problem, world

router = APIRouter()
_SignedIn = Annotated[Person, Depends(signed_in)]
_Seen = Annotated[tuple[Path, KeptSession], Depends(seen_session)]
_RUNNING = "This session is still running. It can be heard here when it is over."
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_WAV = {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/sessions/{name}/replay", include_in_schema=False)
def replay_page(request: Request, person: _SignedIn, seen: _Seen) -> HTMLResponse:
    """The page: waveform, transcript, question map, her side, criteria."""
    folder, session = seen
    judged = shows_scores(person, folder)
    here = f"/libraries/{libraries.WAVESURFER}-{libraries.library().version}"
    nonce = secrets.token_urlsafe(16)  # for the style that wavesurfer brings along
    running = world(request).hall.recording_in(session.id)
    with readable(folder) as plain:
        duration = seconds(length_of(plain))
    if duration and not running:
        prepare(folder, judged)
    shown = page(
        "replay/replay",
        person=person,
        here="sessions",
        session=session if judged else without_score(session),
        own=person.alone or session.owner == person.id,
        running=running,
        duration=duration,
        unjudged="" if judged else NOT_RELEASED if session.owner == person.id else NOT_SHARED,
        library=here if libraries.is_here() else "",
        fetch=libraries.FETCH,
        peaks_per_second=json.dumps(PER_SECOND),
        panel=[name for name in ("panel.js", "panel.css") if _is_static(f"room/{name}")],
        nonce=nonce,
    )
    shown.headers["Content-Security-Policy"] = POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
    return shown


@router.get(
    "/api/sessions/{name}/replay",
    response_model=Replay,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
    summary="What was said and done in a session, and when",
)
def replay(request: Request, person: _SignedIn, seen: _Seen) -> Response:
    """Transcript word by word, questions, overlaps, silences, her states and feelings, criteria with their evidence."""
    _not_running(request, seen)
    with readable(seen[0]) as folder:
        return Response(replay_json(folder, shows_scores(person, seen[0])), media_type="application/json")


@router.get(
    "/api/sessions/{name}/peaks",
    response_class=Response,
    responses={200: _BYTES, 404: {"model": Problem}, 409: {"model": Problem}},
    summary="How loud each voice is over a session",
)
def session_peaks(
    request: Request,
    seen: _Seen,
    level: Annotated[int, Query(ge=0, le=len(PER_SECOND) - 1, description="0: 4 steps a second, 1: 20, 2: 100")] = 0,
) -> Response:
    """One byte a step: first all of the trainee's, then as many of the survivor's. 255 times the root of the loudest sample.

    The header `Sound-Note` says what of the sound could not be read, if anything.
    """
    _not_running(request, seen)
    with readable(seen[0]) as folder:
        found = peaks(folder, level, length_of(folder), keep=folder == seen[0])
    headers = {"Sound-Note": found.trouble} if found.trouble else {}
    return Response(found.data, media_type="application/octet-stream", headers=headers)


@router.get(
    "/api/sessions/{name}/sound",
    response_class=Response,
    responses={200: _WAV, 206: _WAV, 404: {"model": Problem}, 409: {"model": Problem}, 416: {"model": Problem}},
    summary="A session's sound",
)
def sound(
    request: Request,
    seen: _Seen,
    range_header: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """A stereo WAV, the trainee left and the survivor right, 16 bit, 16 kHz. A range of bytes may be asked for."""
    _not_running(request, seen)
    with readable(seen[0]) as folder:
        length, tag = length_of(folder), f'"{sound_key(folder)}"'
    size = size_of(length)
    headers = {"Accept-Ranges": "bytes", "ETag": tag, "Content-Disposition": "inline"}
    try:
        wanted = wanted_range(range_header if if_range in (None, tag) else None, size)
    except UnsatisfiableError:
        told = {"problem": "The sound ends before that.", "remedy": ""}
        return JSONResponse(told, 416, {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    start, end = wanted or (0, size)
    headers["Content-Length"] = str(end - start)
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(
        _sounding(seen[0], length, start, end), 206 if wanted else 200, headers, media_type="audio/wav"
    )


def _sounding(folder: Path, length: int, start: int, end: int) -> Iterator[bytes]:
    with readable(folder) as plain:
        yield from stereo_bytes(plain, length, start, end)


@router.get("/libraries/{version}/{file}", include_in_schema=False, dependencies=[Depends(public)])
def library_file(version: str, file: str) -> Response:
    """A file of a library that pages use, if it is here, byte for byte as it was published."""
    known = version == f"{libraries.WAVESURFER}-{libraries.library().version}"
    data = libraries.read(file) if known else None
    if data is None:
        raise HTTPException(404)
    kind = "text/javascript" if file.endswith(".js") else "text/plain; charset=utf-8"
    return Response(data, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _not_running(request: Request, seen: tuple[Path, KeptSession]) -> None:
    if world(request).hall.recording_in(seen[1].id):
        raise HTTPException(409, _RUNNING)


@cache
def _is_static(name: str) -> bool:
    return (files("voicesim.web") / "static" / name).is_file()
