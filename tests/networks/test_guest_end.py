"""A guest never has to leave in the middle of a panel, and never stays for no reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.networks.interfaces import Work
from cpms_portal.networks.queries import guest_end

moments = st.datetimes(
    datetime(2026, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)
)  # no panel is older than the portal
closed = st.lists(moments.map(Work), max_size=6)
days = st.integers(0, 90)


@given(moments, closed, closed, days, st.booleans())
def test_while_a_panel_runs_there_is_no_end(until, before, after, after_days, alone):
    works = [*before, Work(None), *after]
    assert guest_end(until, works, after_days, panels_alone=alone) is None


@given(moments, closed, days, st.booleans())
def test_a_guest_stays_the_promised_days_after_every_panel(until, works, after_days, alone):
    end = guest_end(until, works, after_days, panels_alone=alone)
    assert end is not None
    assert all(end - work.closed >= timedelta(days=after_days) for work in works)


@given(moments, closed, days)
def test_the_end_the_coordinator_chose_is_never_cut_short(until, works, after_days):
    end = guest_end(until, works, after_days)
    assert end is not None and end >= until
    if not works:
        assert end == until


@given(moments, st.lists(moments.map(Work), min_size=1, max_size=6), days)
def test_until_the_panels_close_means_no_day_longer(until, works, after_days):
    end = guest_end(until, works, after_days, panels_alone=True)
    assert end == max(work.closed for work in works) + timedelta(days=after_days)


@given(moments, closed, st.randoms(), days, st.booleans())
def test_the_order_of_the_panels_does_not_matter(until, works, random, after_days, alone):
    shuffled = random.sample(works, len(works))
    assert guest_end(until, shuffled, after_days, panels_alone=alone) == guest_end(
        until, works, after_days, panels_alone=alone
    )
