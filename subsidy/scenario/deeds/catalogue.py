"""Deeds before a class starts: projects, plans, rosters, filings, changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlmodel import select

from subsidy.actions import catalogue
from subsidy.actions.class_changes import decide_change as decide
from subsidy.actions.class_changes import request_change as request
from subsidy.actions.classes import ClassPlan, first_lawful_start, plan_of, revise_plan
from subsidy.actions.classes import decide_filing as examine
from subsidy.actions.classes import file_class as hand_in
from subsidy.actions.classes import plan_class as plan
from subsidy.records.tables import CatalogueItem, Claim, ClassChange
from subsidy.rules.workdays import Calendar, working_days_after
from subsidy.scenario.reading import ProjectPart, Step
from subsidy.scenario.stage import Stage, deed


def lesson_days(calendar: Calendar, starts: date, ends: date) -> tuple[date, ...]:
    """Every working day from the first to the last, inclusive."""
    days = []
    day = starts if calendar.is_working(starts) else following(calendar, starts)
    while day <= ends:
        days.append(day)
        day = following(calendar, day)
    return tuple(days)


def following(calendar: Calendar, day: date) -> date:
    """The next working day."""
    return working_days_after(calendar, anchor=day, days=1).on


def _form(project: ProjectPart, step: Step) -> catalogue.ProjectForm:
    return catalogue.ProjectForm(
        title=project.title,
        occupation=project.occupation,
        level=project.level,
        training_mode="集中授课与实操",
        assessment_mode="理论与实操考核",
        certificate_name=f"{project.title}合格证书",
        certificate_kind=project.certificate_kind,
        planned_heads=project.heads,
        days=project.days,
        rate_fen=10_000,
        survey_note=step.get("survey_note", f"{project.title}：辖区企业和街道需求调查汇总"),
        procurement_record=f"政府采购〔2020〕{project.key}",
        department=project.department,
    )


@deed
def file_project(stage: Stage, step: Step) -> None:
    """Hand a project in for examination (annex 4), or hand a returned one in again."""
    project = next(p for p in stage.story.projects if p.key == step.get("project"))
    step = step.model_copy(update={"city": project.city})
    with stage.deed(step) as (session, act):
        area = stage.area(session, project.area, city=project.city)
        done = catalogue.file_project(
            session,
            act,
            area_id=area,
            code=project.key,
            track=project.track,
            form=_form(project, step),
        )
        stage.check(step, done)


@deed
def decide_project(stage: Stage, step: Step) -> None:
    """Approve a project, or return it with what is missing."""
    project = next(p for p in stage.story.projects if p.key == step.get("project"))
    step = step.model_copy(update={"city": project.city})
    with stage.deed(step) as (session, act):
        item = stage.item(session, project.key)
        assert item.id is not None
        done = catalogue.decide_project(
            session,
            act,
            item_id=item.id,
            decision=step.get("decision"),
            opinion=step.get("opinion", "同意备案"),
        )
        stage.check(step, done)


@deed
def publish_projects(stage: Stage, step: Step) -> None:
    """List every approved project of the city."""
    with stage.deed(step) as (session, act):
        approved = session.exec(
            select(CatalogueItem).where(
                CatalogueItem.city == step.city, CatalogueItem.state == "approved"
            )
        ).all()
        for item in approved:
            assert item.id is not None
            stage.check(step, catalogue.publish_project(session, act, item_id=item.id))


@deed
def plan_class(stage: Stage, step: Step) -> None:
    """Plan a class: dates, lesson days, teacher, room."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    with stage.deed(step) as (session, act):
        provider, item = stage.provider(session, part.provider), stage.item(session, part.project)
        assert provider.id is not None
        assert item.id is not None
        done = plan(
            session,
            act,
            number=part.number,
            provider_id=provider.id,
            item_id=item.id,
            area_id=stage.area(session, part.area, city=part.city),
            plan=ClassPlan(
                title=item.title,
                starts_on=part.starts,
                ends_on=part.ends,
                lesson_days=lesson_days(act.calendar, part.starts, part.ends),
                teacher="专职教师",
                room="一号教室",
                planned_heads=len(stage.cast.roster(part)),
            ),
        )
        stage.check(step, done)


@deed
def upload_roster(stage: Stage, step: Step) -> None:
    """Hand the roster in; `troubles` spoils rows, `corrected` hands in the mended file."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    spoilt = [t["row"] for t in step.get("troubles", ()) if t["what"] == "wrong_check_digit"]
    with stage.deed(step) as (session, act):
        content = stage.cast.roster_sheet(part, wrong_check_digit=spoilt)
        stage.upload(step, session, act, kind="roster", content=content)


@deed
def file_class(stage: Stage, step: Step) -> None:
    """Hand the filing of a class in."""
    step = step.model_copy(update={"city": stage.part(step.get("class")).city})
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, step.get("class"))
        assert row.id is not None
        stage.check(step, hand_in(session, act, class_id=row.id))


@deed
def move_to_first_lawful_start(stage: Stage, step: Step) -> None:
    """After a late filing: plan the class anew for the first start the rules allow."""
    part = stage.part(step.get("class"))
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, part.key)
        start = first_lawful_start(act, track=row.track)
        assert row.id is not None
        assert start is not None
        days = [start]
        while len(days) < len(row.lesson_days.split()):
            days.append(following(act.calendar, days[-1]))
        changed = replace(plan_of(row), starts_on=start, ends_on=days[-1], lesson_days=tuple(days))
        stage.check(step, revise_plan(session, act, class_id=row.id, plan=changed))


@deed
def decide_filing(stage: Stage, step: Step) -> None:
    """Accept a filing, send it back, or refuse it."""
    step = step.model_copy(update={"city": stage.part(step.get("class")).city})
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, step.get("class"))
        assert row.id is not None
        done = examine(
            session,
            act,
            class_id=row.id,
            decision=step.get("decision"),
            reasons=step.get("reasons", ()),
        )
        stage.check(step, done)


@deed
def request_change(stage: Stage, step: Step) -> None:
    """Ask for a change of a filed class."""
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, step.get("class"))
        wanted = dict(step.get("wanted", {}))
        if step.get("kind") == "drop_out":
            claims = stage.claims(session, step.get("class"))
            wanted["person_ids"] = [
                session.get_one(Claim, claims[n]).person_id for n in step.get("rows")
            ]
        assert row.id is not None
        done = request(
            session,
            act,
            class_id=row.id,
            kind=step.get("kind"),
            wanted=wanted,
            reason=step.get("reason"),
        )
        stage.check(step, done)


@deed
def decide_change(stage: Stage, step: Step) -> None:
    """Grant or refuse the open request of a class."""
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, step.get("class"))
        asked = session.exec(
            select(ClassChange).where(ClassChange.class_id == row.id, ClassChange.status == "asked")
        ).one()
        assert asked.id is not None
        done = decide(
            session,
            act,
            change_id=asked.id,
            grant=step.get("decision") == "grant",
            reason=step.get("reason", ""),
        )
        stage.check(step, done)
