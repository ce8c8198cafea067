"""The outbox at work, with the real engine and a loop whose time leaps: journaled first, in order, at least once."""

import asyncio

import pytest
from structlog.testing import capture_logs

from outbox_kit import LeapingLoop, Receiver, Running, Watch, render, until
from sargas.app.outbox import Outbox, Outlet
from sargas.app.spool import Spool
from sargas.model.entry import Body, ChannelChanged, Dispatched
from sargas.model.errors import DataError
from sargas.model.incident import Incident
from sargas.model.warning import PublicWarning
from sargas.ports import Bulletin


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {"loop_factory": LeapingLoop}


def moment_s() -> float:
    return asyncio.get_running_loop().time()


# --- the ordinary case ---


async def test_what_an_officer_sends_arrives_on_every_channel_at_once() -> None:
    watch, mail, tak = Watch(), Receiver(), Receiver()
    async with Running(watch, {"mail": mail, "tak": tak}):
        started_s = moment_s()
        name = watch.send().warning_id
        await until(lambda: mail.got and tak.got)
        assert moment_s() - started_s < 0.1
        await until(lambda: watch.fates("mail") == ["trying", "delivered"])
    assert mail.got == tak.got == [name]
    delivery = watch.delivery(name, "mail")
    assert delivery is not None
    assert (delivery.fate, delivery.n_attempts, delivery.text) == ("delivered", 1, "201 Created")


async def test_what_was_sent_before_the_watch_started_arrives_too() -> None:
    before = Watch()
    name = before.send().warning_id
    watch, mail = Watch(before.entries), Receiver()
    async with Running(watch, {"mail": mail}):
        await until(lambda: mail.got == [name])


async def test_nothing_leaves_before_the_journal_has_it() -> None:
    watch, seen = Watch(), []

    class Looking(Receiver):
        async def deliver(self, bulletin: Bulletin) -> str:
            seen.append(watch.fates("mail"))
            return await super().deliver(bulletin)

    async with Running(watch, {"mail": Looking()}):
        watch.send()
        await until(lambda: seen)
    assert seen == [["trying"]]


async def test_while_the_journal_keeps_nothing_nothing_leaves_and_then_it_does() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        name = watch.send().warning_id
        watch.is_disk_full = True
        await asyncio.sleep(60.0)
        assert mail.got == []
        assert len(watch.refused) > 10
        watch.is_disk_full = False
        await until(lambda: mail.got == [name])


async def test_what_arrived_while_the_journal_was_full_is_recorded_later_and_not_sent_again() -> None:
    watch = Watch()

    class Filling(Receiver):
        async def deliver(self, bulletin: Bulletin) -> str:
            watch.is_disk_full = True
            return await super().deliver(bulletin)

    mail = Filling()
    async with Running(watch, {"mail": mail}):
        watch.send()
        await until(lambda: mail.got)
        await asyncio.sleep(60.0)
        watch.is_disk_full = False
        await until(lambda: watch.fates("mail") == ["trying", "delivered"])
    assert len(mail.got) == 1


async def test_warnings_arrive_in_the_order_in_which_they_were_sent() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        mail.is_away = True
        names = [watch.send(kind).warning_id for kind in ("alert", "update", "cancel")]
        await asyncio.sleep(20.0)
        mail.is_away = False
        await until(lambda: len(mail.got) == 3)
    assert mail.got == names


async def test_a_slow_channel_holds_up_no_other() -> None:
    watch, slow, quick = Watch(), Receiver(), Receiver()
    slow.is_hanging = True
    async with Running(watch, {"slow": slow, "quick": quick}):
        for n_sent, kind in enumerate(("alert", "update", "cancel"), 1):
            started_s = moment_s()
            watch.send(kind)
            await until(lambda n_sent=n_sent: watch.fates("quick").count("delivered") == n_sent)
            assert moment_s() - started_s < 0.1
    assert slow.got == []


# --- failures ---


async def test_what_failed_is_tried_again_after_one_two_four_seconds_and_so_on() -> None:
    # A back-off of 1, 2, 4, 8, 16, 30 s: the tries begin at 0, 1, 3, 7, 15, 31, 61 s.
    watch, moments = Watch(), []

    class Counting(Receiver):
        async def deliver(self, bulletin: Bulletin) -> str:
            moments.append(moment_s())
            return await super().deliver(bulletin)

    mail = Counting()
    mail.dislikes = {watch.send().warning_id}
    async with Running(watch, {"mail": mail}):
        await until(lambda: len(moments) == 7)
    assert [round(moment - moments[0]) for moment in moments] == [0, 1, 3, 7, 15, 31, 61]


async def test_a_failure_is_recorded_with_its_reason() -> None:
    watch, mail = Watch(), Receiver()
    mail.n_failures = 1
    async with Running(watch, {"mail": mail}):
        watch.send()
        await until(lambda: len(watch.fates("mail")) == 4)
    told = [(body.fate, body.n_attempts, body.text) for body in watch.bodies("mail")]
    assert told == [
        ("trying", 1, ""),
        ("failed", 1, "the line broke"),
        ("trying", 2, ""),
        ("delivered", 2, "201 Created"),
    ]


async def test_a_channel_that_does_not_answer_within_ten_seconds_has_failed() -> None:
    watch, mail = Watch(), Receiver()
    mail.is_hanging = True
    async with Running(watch, {"mail": mail}):
        started_s = moment_s()
        watch.send()
        await until(lambda: "failed" in watch.fates("mail"))
        assert 9.9 < moment_s() - started_s < 10.1
    assert watch.bodies("mail")[1].text == "no answer within 10 s"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ValueError("a plug-in's own mistake"), "ValueError: a plug-in's own mistake"),
        (ConnectionRefusedError(111, "Connection refused"), "[Errno 111] Connection refused"),
        (asyncio.CancelledError(), "it broke off by itself"),
        (RecursionError(), "RecursionError"),
    ],
    ids=["unforeseen", "system", "cancelled itself", "without words"],
)
async def test_a_channel_that_breaks_stops_neither_the_watch_nor_itself(fault: BaseException, told: str) -> None:
    watch, broken, sound = Watch(), Receiver(), Receiver()
    broken.breaks_by = fault
    with capture_logs():
        async with Running(watch, {"broken": broken, "sound": sound}):
            name = watch.send().warning_id
            await until(lambda: len(watch.fates("broken")) >= 4)
            broken.breaks_by = None
            await until(lambda: broken.got == [name])
    assert sound.got == [name]
    assert watch.bodies("broken")[1].text == told


async def test_a_fault_in_the_outbox_itself_stops_one_channel_for_a_second_and_no_other() -> None:
    watch, mail, tak, faults = Watch(), Receiver(), Receiver(), ["once"]

    async def faulty(body: Body) -> int:
        if faults and isinstance(body, Dispatched) and body.channel == "mail":
            faults.pop()
            raise RuntimeError("a mistake of ours")
        return await watch.record(body)

    with capture_logs() as logged:
        outbox = Outbox(watch, faulty, {"mail": Outlet(mail), "tak": Outlet(tak)}, Spool(render, None))
        running = asyncio.create_task(outbox.run())
        watch.send()
        await until(lambda: tak.got)
        assert mail.got == []
        await until(lambda: mail.got, within_s=1.1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [one["channel"] for one in logged if one["event"] == "channel_failed"] == ["mail"]


async def test_a_bulletin_that_cannot_be_made_is_a_failure_on_every_channel_and_tried_again() -> None:
    watch, mail, n_made = Watch(), Receiver(), []

    def careless(incident: Incident, warning: PublicWarning) -> Bulletin:
        n_made.append(1)
        if len(n_made) < 3:
            raise KeyError("headline") if len(n_made) == 1 else DataError("no such zone")
        return render(incident, warning)

    with capture_logs():
        async with Running(watch, {"mail": mail}, spool=Spool(careless, None)):
            watch.send()
            await until(lambda: mail.got)
    assert [body.text for body in watch.bodies("mail")[1:4:2]] == ["KeyError: 'headline'", "no such zone"]


async def test_a_receipt_of_any_length_and_letters_can_be_kept() -> None:
    watch = Watch()

    class Chatty(Receiver):
        async def deliver(self, bulletin: Bulletin) -> str:
            await super().deliver(bulletin)
            return "\ud800" + "x" * 100_000

    async with Running(watch, {"mail": Chatty()}):
        watch.send()
        await until(lambda: watch.fates("mail") == ["trying", "delivered"])
    assert watch.bodies("mail")[1].text == "?" + "x" * 499


# --- a warning that a channel dislikes ---


async def test_the_all_clear_is_not_held_up_for_ever_by_an_alert_that_a_channel_refuses() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        alert = watch.send("alert").warning_id
        mail.dislikes = {alert}
        started_s = moment_s()
        clear = watch.send("cancel").warning_id
        await until(lambda: mail.got == [clear])
        assert moment_s() - started_s < 15.0
    delivery = watch.delivery(alert, "mail")
    assert delivery is not None
    assert delivery.fate == "given_up"
    assert delivery.text == "refused 4 times by a channel that answers; a newer one waited behind it"


async def test_a_refused_warning_is_tried_until_it_no_longer_holds_and_not_after() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        sent = watch.send(holds_s=300.0)
        mail.dislikes = {sent.warning_id}
        await until(lambda: watch.fates("mail")[-1:] == ["given_up"])
        assert 299.0 < watch.clock.now_s - (sent.sent_s or 0.0) < 310.0
        n_told = len(watch.entries)
        await asyncio.sleep(600.0)
        assert [body for body in watch.bodies("mail") if body.fate == "trying"] == watch.bodies("mail")[:-1:2]
        assert len([entry for entry in watch.entries[n_told:] if isinstance(entry.body, Dispatched)]) == 0
    assert mail.got == []


# --- life and death of a channel ---


async def test_a_channel_is_known_to_live_within_a_second_of_the_start() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        await until(lambda: watch.health("mail") == [True], within_s=1.0)
    assert watch.picture.channels["mail"].is_alive


async def test_a_dead_channel_is_seen_within_twelve_seconds_though_nothing_is_sent() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        await asyncio.sleep(60.0)
        mail.is_check_hanging = True
        started_s = moment_s()
        await until(lambda: watch.health("mail") == [True, False])
        assert moment_s() - started_s <= 12.1  # 5 s to the next check, 3 s of waiting, 1 s to the second look, 3 s
        mail.is_check_hanging = False
        started_s = moment_s()
        await until(lambda: watch.health("mail") == [True, False, True])
        assert moment_s() - started_s <= 6.1
    assert watch.picture.channels["mail"].text == "answers"


async def test_a_channel_that_stutters_is_not_told_again_and_again() -> None:
    watch = Watch()

    class Stuttering(Receiver):
        async def check(self) -> str:
            self.is_away = not self.is_away
            return await super().check()

    async with Running(watch, {"mail": Stuttering()}):
        await asyncio.sleep(3_600.0)
    assert watch.health("mail") in ([], [True])


async def test_a_channel_that_answers_and_takes_nothing_is_dead_and_said_so_once() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        await until(lambda: watch.health("mail") == [True])
        mail.dislikes = {watch.send(holds_s=3_600.0).warning_id}
        await asyncio.sleep(3_000.0)
        assert watch.health("mail") == [True, False]
        text = watch.picture.channels["mail"].text
        assert text == "it answers, but does not take warnings: HTTP 400: cannot read this"
        await asyncio.sleep(700.0)  # given up: nothing fails any more
        assert watch.health("mail") == [True, False, True]


async def test_a_broken_line_that_is_mended_at_once_is_no_death() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        await until(lambda: watch.health("mail") == [True])
        mail.n_failures = 1
        watch.send()
        await until(lambda: mail.got)
        await asyncio.sleep(60.0)
    assert watch.health("mail") == [True]


async def test_when_a_dead_channel_comes_back_what_waits_is_sent_within_seconds_not_after_the_back_off() -> None:
    watch, mail = Watch(), Receiver()
    mail.is_away = True
    async with Running(watch, {"mail": mail}):
        watch.send()
        await asyncio.sleep(35.0)  # the last try was at 31 s, the next one would be at 61 s
        mail.is_away = False
        started_s = moment_s()
        await until(lambda: mail.got)
        assert moment_s() - started_s <= 5.1
        await until(lambda: watch.health("mail") == [False, True])


async def test_a_check_that_hangs_does_not_hold_up_a_warning() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        await asyncio.sleep(60.0)
        mail.is_check_hanging = True
        n_checks = mail.n_checks
        await until(lambda: mail.n_checks > n_checks)
        started_s = moment_s()
        watch.send()
        await until(lambda: mail.got)
        assert moment_s() - started_s < 0.1


async def test_what_is_news_of_a_channel_is_told_once_over_a_restart() -> None:
    watch, mail = Watch(), Receiver()
    mail.is_away = True
    async with Running(watch, {"mail": mail}):
        await until(lambda: watch.health("mail") == [False])
    again = Watch(watch.entries)
    async with Running(again, {"mail": mail}):
        await asyncio.sleep(60.0)
    assert again.health("mail") == [False]


async def test_the_log_tells_of_a_death_and_a_return_once_with_its_keys() -> None:
    watch, mail = Watch(), Receiver()
    with capture_logs() as logged:
        async with Running(watch, {"mail": mail}):
            mail.is_away = True
            name = watch.send().warning_id
            await asyncio.sleep(120.0)
            mail.is_away = False
            await until(lambda: mail.got)
            await asyncio.sleep(1.0)
    shown = [(one["event"], one["log_level"]) for one in logged if one["log_level"] != "debug"]
    assert shown == [
        ("delivery_failed", "warning"),
        ("channel_dead", "warning"),
        ("warning_delivered", "info"),
        ("channel_alive", "info"),
    ]
    (delivered,) = [one for one in logged if one["event"] == "warning_delivered"]
    assert (delivered["channel"], delivered["warning_id"]) == ("mail", name)
    assert delivered["since_sent_s"] == pytest.approx(120.0, abs=6.0)


# --- standing in ---


async def test_when_a_channel_fails_the_one_that_stands_in_for_it_is_tried_at_once() -> None:
    watch, mail, sms = Watch(), Receiver(), Receiver()
    mail.is_away = True
    async with Running(watch, {"mail": mail, "sms": sms}, stands_in={"sms": "mail"}):
        started_s = moment_s()
        name = watch.send().warning_id
        await until(lambda: sms.got)
        assert moment_s() - started_s < 0.1
        await until(lambda: watch.fates("sms") == ["trying", "delivered"])
        assert {body.stands_in_for for body in watch.bodies("sms")} == {"mail"}
        await asyncio.sleep(60.0)
        mail.is_away = False
        await until(lambda: mail.got == [name])  # the dead one went on being tried


async def test_a_stand_in_gets_nothing_while_its_own_channel_works() -> None:
    watch, mail, sms = Watch(), Receiver(), Receiver()
    async with Running(watch, {"mail": mail, "sms": sms}, stands_in={"sms": "mail"}):
        for kind in ("alert", "update", "cancel"):
            watch.send(kind)
            await asyncio.sleep(60.0)
    assert len(mail.got) == 3
    assert watch.bodies("sms") == []


async def test_for_a_channel_that_is_known_to_be_dead_nobody_waits() -> None:
    watch, mail, sms = Watch(), Receiver(), Receiver()
    mail.is_hanging = True
    async with Running(watch, {"mail": mail, "sms": sms}, stands_in={"sms": "mail"}):
        await until(lambda: watch.health("mail") == [False])
        started_s = moment_s()
        watch.send()
        await until(lambda: sms.got)
        assert moment_s() - started_s < 0.1


async def test_of_a_channel_that_answers_and_takes_nothing_the_second_warning_waits_for_nobody() -> None:
    watch, mail, sms = Watch(), Receiver(), Receiver()
    mail.is_mute = True
    async with Running(watch, {"mail": mail, "sms": sms}, stands_in={"sms": "mail"}):
        await until(lambda: watch.health("mail") == [True])
        watch.send()
        await until(lambda: sms.got)
        await asyncio.sleep(1.5)  # it is being tried again by now, and hangs
        assert watch.fates("mail") == ["trying", "failed", "trying"]
        started_s = moment_s()
        watch.send("update")
        await until(lambda: len(sms.got) == 2)
        assert moment_s() - started_s < 0.1


async def test_after_a_stutter_a_stand_in_gets_nothing_any_more() -> None:
    watch, mail, sms = Watch(), Receiver(), Receiver()
    async with Running(watch, {"mail": mail, "sms": sms}, stands_in={"sms": "mail"}):
        mail.n_failures = 1
        watch.send()
        await until(lambda: mail.got and sms.got)
        watch.send("update")
        await asyncio.sleep(60.0)
    assert (len(mail.got), len(sms.got)) == (2, 1)


async def test_a_stand_in_that_could_not_either_ends_when_its_own_channel_has_delivered() -> None:
    watch, mail, sms = Watch(), Receiver(), Receiver()
    mail.is_away = sms.is_away = True
    async with Running(watch, {"mail": mail, "sms": sms}, stands_in={"sms": "mail"}):
        name = watch.send().warning_id
        await until(lambda: "failed" in watch.fates("sms"))
        mail.is_away = False
        await until(lambda: watch.fates("sms")[-1] == "given_up")
        sms.is_away = False
        await asyncio.sleep(60.0)
    assert (mail.got, sms.got) == ([name], [])


# --- restarts ---


async def test_what_was_delivered_is_not_sent_again_after_a_restart() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        watch.send()
        await until(lambda: watch.fates("mail") == ["trying", "delivered"])
    again = Watch(watch.entries)
    async with Running(again, {"mail": mail}):
        await asyncio.sleep(600.0)
    assert len(mail.got) == 1


async def test_what_was_being_tried_is_sent_again_under_the_same_identity_and_the_record_says_so() -> None:
    watch, mail = Watch(), Receiver()
    mail.is_hanging = True
    async with Running(watch, {"mail": mail}):
        name = watch.send().warning_id
        await until(lambda: watch.fates("mail") == ["trying"])
    mail.is_hanging = False
    again = Watch(watch.entries)
    async with Running(again, {"mail": mail}):
        await until(lambda: again.fates("mail") == ["trying", "trying", "delivered"])
    assert mail.got == [name]
    assert [body.n_attempts for body in again.bodies("mail")] == [1, 2, 2]
    assert again.bodies("mail")[1].text == (
        "sent again under the same identity: it is not known whether attempt 1 arrived"
    )


async def test_it_ends_within_a_second_whatever_the_channels_do() -> None:
    class Stubborn(Receiver):
        async def close(self) -> None:
            await asyncio.Event().wait()

    watch, hanging, stubborn = Watch(), Receiver(), Stubborn()
    hanging.is_hanging = True
    running = Running(watch, {"hanging": hanging, "stubborn": stubborn})
    async with running:
        watch.send()
        await until(lambda: stubborn.got)
        started_s = moment_s()
    assert moment_s() - started_s <= 1.0
    assert hanging.is_closed


async def test_an_outbox_without_channels_has_nothing_to_do() -> None:
    watch = Watch()
    await Outbox(watch, watch.record, {}, Spool(render, None)).run()


# --- a played view ---


async def test_while_the_view_is_moved_in_time_nothing_is_sent() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        watch.is_jumping = True
        watch.send()
        await asyncio.sleep(60.0)
        assert mail.got == []
        watch.is_jumping = False
        watch.tell_reset()
        await until(lambda: mail.got)


async def test_after_a_jump_back_the_same_warning_can_be_sent_again() -> None:
    watch, mail = Watch(), Receiver()
    async with Running(watch, {"mail": mail}):
        watch.send()
        await until(lambda: watch.fates("mail")[-1:] == ["delivered"])
        watch.guard.engine = Watch().guard.engine
        watch.entries.clear()
        watch.tell_reset()
        await asyncio.sleep(1.0)
        watch.send()
        await until(lambda: watch.fates("mail")[-1:] == ["delivered"])
    assert len(mail.got) == 2


async def test_what_was_on_its_way_when_the_view_was_moved_counts_for_nothing_of_the_same_name() -> None:
    watch, mail = Watch(), Receiver()
    mail.is_hanging = True
    async with Running(watch, {"mail": mail}):
        watch.send()
        await until(lambda: watch.fates("mail") == ["trying"])
        watch.guard.engine = Watch().guard.engine
        watch.entries.clear()
        watch.tell_reset()
        sent = watch.send("update")  # another one, and the first of the incident here
        mail.is_hanging = False
        await until(lambda: "delivered" in watch.fates("mail"))
        delivery = watch.delivery(sent.warning_id, "mail")
    assert "failed" not in watch.fates("mail")
    assert delivery is not None
    assert (delivery.fate, delivery.n_attempts) == ("delivered", 1)
    assert mail.got == [sent.warning_id]


async def test_a_picture_that_takes_no_notice_of_what_was_delivered_does_not_make_it_be_sent_again() -> None:
    watch, mail = Watch(), Receiver()

    async def forgetful(body: object) -> int:
        if isinstance(body, ChannelChanged):
            await watch.record(body)
        return 1

    watch.send()
    outbox = Running(watch, {"mail": mail})
    outbox.outbox._workers["mail"]._record = forgetful  # as if a part of the engine failed on it
    async with outbox:
        await asyncio.sleep(600.0)
    assert len(mail.got) == 1
