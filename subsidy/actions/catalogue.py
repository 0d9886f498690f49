"""The catalogue: a district files a project (annex 4), the city examines it, it is listed.

A project is filed with its survey of demand; the record of the government purchase may follow until
the first class is filed. What is listed carries its dates, and every move its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col, or_, select

from states.catalogue_item import CATALOGUE_ITEM
from subsidy.actions.acting import Act, Outcome, area_named
from subsidy.actions.class_work.entry import entry_fault, last_actor
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.tables import Area, CatalogueItem
from subsidy.rules.policy import Pack
from subsidy.rules.routing import routing_of
from subsidy.rules.verdict import Finding, Source, source_of

FILERS = ("clerk", "industry")
EXAMINERS = ("section_head",)

NEEDED: Mapping[str, str] = {
    "training_mode": "培训方式",
    "assessment_mode": "考核方式",
    "certificate_name": "证书名称",
    "planned_heads": "培训人数",
    "days": "培训时长（天）",
    "rate_fen": "补贴标准",
    "survey_note": "需求调查说明",
}


@dataclass(frozen=True, kw_only=True)
class ProjectForm:
    """The fields of annex 4. Money in fen; `rate_fen` is the standard as filed."""

    title: str
    occupation: str
    level: str = ""
    """Empty for a pass certificate, else special, 5 to 1, or what stands above them."""
    course: str = ""
    """Kind of course that the track's rates go by, where they do."""
    training_mode: str = ""
    assessment_mode: str = ""
    certificate_name: str = ""
    certificate_kind: str = ""
    planned_heads: int = 0
    days: int = 0
    fee_fen: int = 0
    rate_fen: int = 0
    survey_note: str = ""
    procurement_record: str = ""
    department: str = ""
    """Who is responsible (谁培训谁监管), by the name the plan gives it; empty where none is."""
    has_qualification_certificate: bool = False
    """Whether the national list of qualification certificates holds the occupation."""
    exception_reason: str = ""
    """Why such an occupation is trained for a pass certificate all the same."""


def open_area(
    session: Session, act: Act, *, code: str, name: str, is_city: bool = False
) -> Outcome:
    """Make a district (or, with `is_city`, the bureau of the city itself) known by its division id."""
    area = area_named(session, city=act.city, code=code)
    if area is not None:
        return Outcome(True, area.id, note="已开通，未作改动")
    area = Area(city=act.city, code=code, name=name, is_city=is_city)
    session.add(area)
    session.flush()
    return Outcome(True, area.id)


def file_project(
    session: Session, act: Act, *, area_id: int, code: str, track: str, form: ProjectForm
) -> Outcome:
    """File a project for examination by the city, or file a returned one again.

    Refused with everything that is missing from the form, and for an occupation that has a
    qualification certificate unless the exception is explained (三（三）1（2）).
    """
    item = _item_of(session, act, code)
    if item is not None and item.state == "submitted" and _same(item, area_id, track, form):
        return Outcome(True, item.id, note="已提交，未作改动")
    faults = [
        *outside_of(session, act, area_id=area_id, roles=FILERS),
        *_form_faults(act, track, form),
    ]
    if item is not None and item.state not in ("drafted", "returned"):
        failed = NotMoved(item.id or 0, "submit", item.state, ())
        faults.append(not_possible(act, failed, machine="catalogue_item"))
    if faults:
        return Outcome.refused(*faults, subject_id=item.id if item else None)
    if item is None:
        item = CatalogueItem(
            city=act.city, code=code, area_id=area_id, track=track, title="", occupation=""
        )
    _write(item, area_id, track, form)
    session.add(item)
    note = form.exception_reason and f"设有职业资格证书，例外理由：{form.exception_reason}"
    return _moved(session, act, item, "submit", note)


def decide_project(
    session: Session,
    act: Act,
    *,
    item_id: int,
    decision: Literal["approve", "send_back", "refuse"],
    opinion: str = "",
) -> Outcome:
    """The bureau's opinion on the form. Whoever filed it may not examine it; a no needs its reason.

    The city examines; where the track's clause says so, the bureau of the same level does, or the one
    that the form was handed in to.
    """
    item = _locked(session, item_id)
    if decision == "approve" and item.state == "approved":
        return Outcome(True, item_id, note="已审核同意，未作改动")
    office = _examined_at(session, act, item)
    faults = outside_of(session, act, area_id=office, roles=EXAMINERS)
    if decision != "approve" and not opinion.strip():
        faults.append(missing(act, "审核意见"))
    filer = last_actor(session, machine=CATALOGUE_ITEM.name, subject_id=item_id, event="submit")
    if filer == act.actor:
        faults.append(same_person(act, step="项目备案审核", earlier="提交"))
    if faults:
        return Outcome.refused(*faults, subject_id=item_id)
    if opinion:
        item.opinion = opinion
    if decision == "approve":
        item.approved_on = act.today
        item.approved_by = "city" if office == _city_of(session, act) else "district"
    return _moved(session, act, item, decision, opinion)


def record_procurement(session: Session, act: Act, *, item_id: int, record: str) -> Outcome:
    """Enter the number of the government purchase, without which no class of it is filed."""
    item = _locked(session, item_id)
    if item.procurement_record == record.strip():
        return Outcome(True, item_id, note="未作改动")
    faults = outside_of(session, act, area_id=item.area_id, roles=FILERS)
    if not record.strip():
        faults.append(missing(act, "采购文号或合同编号"))
    if item.state in CATALOGUE_ITEM.ends:
        faults.append(
            not_possible(act, NotMoved(item_id, "submit", item.state, ()), machine="catalogue_item")
        )
    if faults:
        return Outcome.refused(*faults, subject_id=item_id)
    item.procurement_record = record.strip()
    session.add(item)
    session.flush()
    return Outcome(True, item_id)


def publish_project(
    session: Session,
    act: Act,
    *,
    item_id: int,
    listed_on: date | None = None,
    ends_on: date | None = None,
) -> Outcome:
    """List an approved project from `listed_on` (today) until before `ends_on` (open)."""
    item = _locked(session, item_id)
    first = listed_on or act.today
    if item.state == "published":
        if (item.listed_on, item.ends_on) == (first, ends_on) or listed_on is None:
            return Outcome(True, item_id, note="已列入目录，未作改动")
        failed = NotMoved(item_id, "publish", item.state, ())
        return Outcome.refused(not_possible(act, failed, machine="catalogue_item"))
    faults = outside_of(session, act, area_id=_city_of(session, act), roles=EXAMINERS)
    if ends_on is not None and ends_on <= first:
        faults.append(entry_fault(act, "E524", faults="停用日须晚于列入目录之日"))
    faults += _above_limit(session, act, item, on=first)
    if faults:
        return Outcome.refused(*faults, subject_id=item_id)
    item.listed_on, item.ends_on = first, ends_on
    return _moved(session, act, item, "publish", f"{first.isoformat()}起列入目录")


def _above_limit(session: Session, act: Act, item: CatalogueItem, *, on: date) -> list[Finding]:
    """A track may hold so many occupations and no more; a further item of one of them is welcome."""
    track = act.pack.tracks.get(item.track)
    key = track.spec.catalogue_limit if track is not None else None
    limit = act.pack.value(key, on=on) if key is not None else None
    if limit is None or limit.unset:
        return []
    listed = session.exec(
        select(CatalogueItem.occupation)
        .where(
            CatalogueItem.city == act.city,
            CatalogueItem.track == item.track,
            CatalogueItem.state == "published",
            or_(col(CatalogueItem.ends_on).is_(None), col(CatalogueItem.ends_on) > on),
        )
        .distinct()
    ).all()
    if item.occupation in listed or len(listed) < limit.value:
        return []
    source = source_of(limit)
    return [entry_fault(act, "E242", source=source, limit=limit.value, count=len(listed))]


def close_project(
    session: Session, act: Act, *, item_id: int, reason: str, ends_on: date | None = None
) -> Outcome:
    """Take a project off the catalogue from `ends_on` (today) on; classes filed before go on."""
    item = _locked(session, item_id)
    if item.state == "closed":
        return Outcome(True, item_id, note="已停用，未作改动")
    faults = outside_of(session, act, area_id=_city_of(session, act), roles=EXAMINERS)
    if not reason.strip():
        faults.append(missing(act, "停用理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=item_id)
    item.ends_on = ends_on or act.today
    return _moved(session, act, item, "close", reason)


def _examined_at(session: Session, act: Act, item: CatalogueItem) -> int:
    """The area of the bureau whose opinion the project needs, as the gates of its track say."""
    track, city = act.pack.tracks.get(item.track), _city_of(session, act)
    asked = {gate.gate for gate in track.spec.gates} if track is not None else set()
    if track is None or not asked & {"same_level", "city_filed"}:
        return city
    if "city_filed" in asked:  # handed in to either; a district's opinion is filed with the city
        return item.area_id
    place = session.get_one(Area, item.area_id).code
    pays = routing_of(act.pack, track, district=place, on=act.today).pays
    return item.area_id if pays is not None and pays.value == "district" else city


def _form_faults(act: Act, track: str, form: ProjectForm) -> list[Finding]:
    pack, faults = act.pack, []
    given = asdict(form)
    unasked = () if _files_heads(pack, track) else ("planned_heads",)
    empty = [words for name, words in NEEDED.items() if not given[name] and name not in unasked]
    for name, words in (("title", "项目名称"), ("occupation", "职业（工种）或项目代码")):
        if not given[name].strip():
            empty.append(words)
    if empty:
        faults.append(entry_fault(act, "E521", fields="、".join(empty)))
    if track not in pack.tracks:
        faults.append(entry_fault(act, "E524", faults=f"本市没有补贴类别“{track}”"))
        return faults
    spec = pack.tracks[track].spec
    if spec.certificate_kinds and form.certificate_kind not in spec.certificate_kinds:
        faults.append(entry_fault(act, "E524", faults="证书种类不属于该补贴类别"))
    by_level = spec.amount.by == "level" and spec.amount.rates
    if by_level and (form.level or "none") not in spec.amount.rates:
        faults.append(entry_fault(act, "E524", faults="等级没有对应的补贴标准"))
    if spec.amount.by == "course" and form.course not in spec.amount.rates:
        faults.append(entry_fault(act, "E524", faults="课程类别没有对应的补贴标准"))
    if form.has_qualification_certificate and not form.exception_reason.strip():
        source = _qualification_clause(pack, track)
        if source is not None:
            faults.append(pack.book.finding("E212", effect="refuse", source=source))
    return faults


def _files_heads(pack: Pack, track: str) -> bool:
    """Annex 3 has no number of persons: they are listed one by one when they apply."""
    known = pack.tracks.get(track)
    return known is None or known.spec.through == "class" or not known.has_person


def _qualification_clause(pack: Pack, track: str) -> Source | None:
    for gate in pack.tracks[track].spec.gates:
        if gate.gate == "no_qualification_occupation":
            return source_of(gate)
    return None


def _fields(form: ProjectForm) -> dict[str, object]:
    given = asdict(form)
    del given["has_qualification_certificate"], given["exception_reason"]
    return given


def _same(item: CatalogueItem, area_id: int, track: str, form: ProjectForm) -> bool:
    wanted = {**_fields(form), "area_id": area_id, "track": track}
    return all(getattr(item, name) == value for name, value in wanted.items())


def _write(item: CatalogueItem, area_id: int, track: str, form: ProjectForm) -> None:
    for name, value in {**_fields(form), "area_id": area_id, "track": track}.items():
        setattr(item, name, value)


def _moved(session: Session, act: Act, item: CatalogueItem, event: str, note: str = "") -> Outcome:
    session.flush()
    done = move_subject(
        session, chart=CATALOGUE_ITEM, row=item, event=event, moment=act.moment(note)
    )
    if isinstance(done, NotMoved):
        session.refresh(item)
        return Outcome.refused(
            not_possible(act, done, machine="catalogue_item"), subject_id=item.id
        )
    return Outcome(True, item.id)


def _item_of(session: Session, act: Act, code: str) -> CatalogueItem | None:
    return session.exec(
        select(CatalogueItem).where(CatalogueItem.city == act.city, CatalogueItem.code == code)
    ).first()


def _locked(session: Session, item_id: int) -> CatalogueItem:
    item = session.get(CatalogueItem, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise LookupError(f"no catalogue item has the id {item_id}")
    return item


def _city_of(session: Session, act: Act) -> int:
    area_id = city_area(session, act.city).id
    assert area_id is not None
    return area_id
