"""The pages, by area of work."""

from subsidy.console.applications import beside as application_beside
from subsidy.console.applications import deeds as application_deeds
from subsidy.console.applications import lists as application_lists
from subsidy.console.applications import lodging as application_lodging
from subsidy.console.calendars import pages as calendar_pages
from subsidy.console.deadlines import lists as deadline_lists
from subsidy.console.insight import quotas
from subsidy.console.notices import correcting as notice_correcting
from subsidy.console.notices import objections as notice_objections
from subsidy.console.notices import pages as notice_pages
from subsidy.console.notices import papers as notice_papers
from subsidy.console.outbox import pages as outbox_pages
from subsidy.console.outside import history, registers
from subsidy.console.own import claims as own_claims
from subsidy.console.own import pages as own_pages
from subsidy.console.policies import comparing as policy_comparing
from subsidy.console.policies import covering as policy_covering
from subsidy.console.policies import pages as policy_pages
from subsidy.console.projects import filing as project_filing
from subsidy.console.projects import pages as project_pages
from subsidy.console.public import claim as public_claim
from subsidy.console.public import notices as public_notices
from subsidy.console.routes import (
    claims,
    classes,
    deadlines,
    office,
    overview,
    payments,
    review,
    session,
    system,
    tickets,
)
from subsidy.console.uplifts import pages as uplift_pages

ROUTES = (
    session.doors,
    overview.doors,
    claims.doors,
    review.doors,
    deadlines.doors,
    deadline_lists.doors,
    tickets.doors,
    classes.doors,
    application_lodging.doors,
    application_lists.doors,
    application_deeds.doors,
    application_beside.doors,
    history.doors,
    project_filing.doors,
    project_pages.doors,
    uplift_pages.doors,
    registers.doors,
    notice_pages.doors,
    notice_correcting.doors,
    notice_papers.doors,
    notice_objections.doors,
    payments.doors,
    outbox_pages.doors,
    quotas.doors,
    calendar_pages.doors,
    office.doors,
    policy_pages.doors,
    policy_comparing.doors,
    policy_covering.doors,
    system.doors,
    own_pages.doors,
    own_claims.doors,
    public_notices.doors,
    public_claim.doors,
)
