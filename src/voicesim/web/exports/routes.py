"""Sessions in the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from voicesim.errors import BadInputError
from voicesim.exports.formats import format_named
from voicesim.exports.material import gather
from voicesim.session.reader import open_bundle
from voicesim.store.opened import opened
from voicesim.web.access import Person, seen_session, signed_in
from voicesim.web.accounts.audit import audit
from voicesim.web.room.release import shows_scores
from voicesim.web.sessions.kept import KeptSession
from voicesim.web.world import Problem, world

router = APIRouter()
FormatName = Literal["pdf", "vtt", "csv", "json", "textgrid", "rttm", "xapi"]


@router.get(
    "/api/sessions/{name}/export/{wanted}",
    summary="A session in the format of another tool",
    response_class=Response,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def export(
    request: Request,
    wanted: FormatName,
    seen: Annotated[tuple[Path, KeptSession], Depends(seen_session)],
    person: Annotated[Person, Depends(signed_in)],
) -> Response:
    """A file to keep. Labels and scores are in it where whoever asks is shown them; xAPI has the account, and not a word said."""
    folder, session = seen
    if world(request).hall.recording_in(session.id):
        raise HTTPException(409, "This session is still running. It can be taken elsewhere when it is over.")
    chosen = format_named(wanted)
    with opened(folder) as readable:
        scores = shows_scores(person, readable)
        material = gather(open_bundle(readable), scores=scores, trainee=name_of(request, session.owner))
    if chosen.name == "xapi":
        from voicesim.exports.xapi import Actor, to_xapi

        home = f"{request.url.scheme}://{request.url.netloc}" if session.owner else ""
        data = to_xapi(material, Actor(session.owner, home))
    else:
        data = chosen.make(material)
    if session.owner != person.id:
        audit(request, "session exported", session=session.id)
    return Response(
        data,
        media_type=chosen.media_type,
        headers={"Content-Disposition": f'attachment; filename="{chosen.file_name(session.id)}"'},
    )


def name_of(request: Request, owner: str) -> str:
    """Name of whoever practised; empty where there are no accounts, or the account is gone."""
    here = world(request)
    if here.accounts is None or here.store is None or not owner:
        return ""
    try:
        return here.store.people.get(owner).name
    except BadInputError:
        return ""
