"""Every chart of this room by name: the one list that migrations, diagrams and tests read."""

from collections.abc import Mapping

from states.catalogue_item import CATALOGUE_ITEM
from states.chart import Chart
from states.claim import CLAIM
from states.notice import NOTICE
from states.payment_batch import PAYMENT_BATCH
from states.ticket import TICKET
from states.training_class import TRAINING_CLASS

CHARTS: Mapping[str, Chart] = {
    chart.name: chart
    for chart in (CLAIM, CATALOGUE_ITEM, TRAINING_CLASS, NOTICE, PAYMENT_BATCH, TICKET)
}
