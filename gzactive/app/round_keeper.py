"""Rounds of an open project: when one starts, what came of it, and what other programs did.

The session owns the jobs and the ranking; this says what is computed for rounds and tells of it.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from gzactive.app import work
from gzactive.app.news import News
from gzactive.app.schedule import Schedule
from gzactive.app.watch import Outside

if TYPE_CHECKING:
    from gzactive.active.taken_back import FallenBack
    from gzactive.app.job import Job
    from gzactive.app.session import ProjectSession

__all__ = ["RoundKeeper"]


class RoundKeeper(QObject):
    """Starts rounds on schedule or on request, changes which is in use, and tells what changed.

    Parameters
    ----------
    session
        Whose rounds they are.
    """

    def __init__(self, session: "ProjectSession") -> None:
        super().__init__(session)
        self._session = session
        self.schedule = Schedule()
        self.news = News(self)
        self._outside: Outside | None = None
        self._running: Job | None = None  # the newest round, also when it is over
        self._changing: Job | None = None  # the newest wish for a round, also when it is over

    @property
    def words(self) -> str:
        """When the next round starts, in words."""
        session = self._session
        settings = session.project.settings if session.project is not None else None
        running = session.round_running
        return self.schedule.words(settings, running=running, all_done=self._all_done)

    @property
    def _all_done(self) -> bool:
        """Whether no galaxy is left to finish."""
        label = self._session.label
        return label is not None and label.current is None and not len(label.upcoming)

    def start(self, awake: bool, *, again: bool, blocks: int | None) -> None:
        """Learn from the labels so far; labelling goes on meanwhile.

        Parameters
        ----------
        awake
            Whether labelled galaxies that were not looked at yet are looked at first.
        again
            Make it also where there is nothing new; else that is said and asked about.
        blocks
            Train so many of the network's last blocks too; None for the head alone.
        """
        session = self._session
        # From the compute thread: a signal brings it to this one.
        tell = session.train.estimated.emit if session.train is not None else None
        learn = partial(work.fine_tune, again=again, blocks=blocks, tell=tell)
        run = partial(learn, session.in_hand(), awake)
        job = session.jobs.submit_urgent("round", "Fine-tune round", run)
        self._running = job
        job.finished.connect(self._on_round)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(lambda: self._after("The round was cancelled."))
        if session.train is not None:
            session.train.watch(job)

    def start_due(self) -> None:
        """Start a round by schedule: it waits until there are labels enough to begin.

        Of the labels some only judge, so that the first round is not possible as soon as so many
        galaxies are finished as it needs. Later ones know more than the first did.
        """
        session = self._session
        if session.project is None or session.read_only or session.round_running:
            return
        if session.train is not None and session.train.rounds:
            session.start_round()
            return
        count, finished = partial(work.lacking, session.in_hand()), self.schedule.since_round
        job = session.jobs.submit_urgent("round", "Counting the labels", count)
        job.finished.connect(lambda lacking: self._on_counted(lacking, finished))
        job.failed.connect(self._on_failed)

    def last_round(self) -> bool:
        """Learn what was finished since the last round if no galaxy is left; whether one starts."""
        session = self._session
        due = self._all_done and self.schedule.last_due(session.in_hand().settings)
        if due:
            self.start_due()
        elif self._all_done:
            session.schedule_changed.emit()
        return due

    def promote(self, number: int) -> None:
        """Put a round in use, or the start with 0, and rank again."""
        session = self._session
        change = partial(work.promote, session.in_hand(), number)
        if self._changing is not None:
            self._changing.cancel()  # if it still waits: the last wish counts
        self._changing = job = session.jobs.submit_urgent("promote", "Changing weights", change)
        job.finished.connect(lambda waits: self._on_promoted(number, waits))
        job.failed.connect(lambda sentence: session.said.emit(sentence, True))

    def finished(self, galaxies: int) -> bool:
        """Galaxies were finished, or taken back; whether a round is due."""
        self.schedule.finished(galaxies)
        self._session.schedule_changed.emit()
        return self.schedule.left(self._session.in_hand().settings) == 0

    def taken_back(self, galaxies: int) -> None:
        """Labels of many galaxies were taken back at once: no round that learnt from them serves.

        A round under way is cancelled. After one that was made, another begins: each is fitted from
        the same start, so that it knows nothing more of what was taken back. Where too few labels
        are left for that, the last round serves whose labels all stand.
        """
        session, learnt = self._session, galaxies - self.schedule.since_round
        self.finished(-galaxies)
        if session.round_running and self._running is not None:
            self._running.cancel()
        if learnt > 0:
            run = partial(work.fall_back, session.in_hand())
            job = session.jobs.submit_urgent("promote", "Looking at what is left", run)
            job.finished.connect(lambda fallen: self._on_fallen_back(fallen, learnt))
            job.failed.connect(lambda sentence: session.said.emit(sentence, True))

    def take_over(self, now: Outside) -> None:
        """What lies on the disk has changed: take over what others did, and say so."""
        session, before = self._session, self._outside
        train, label = session.train, session.label
        if train is None or label is None or session.changing_rounds:
            return  # our own doing, or looked at again when that has ended
        self._outside = now
        told = []
        if now.events > (before.events if before is not None else 0):
            label.take_over()
            if not session.in_hand().server:  # a team's answers come all the time
                told.append("Another program added to the labels.")
        known = tuple(made.number for made in train.rounds)
        if (now.rounds, now.current) != (known, train.current):
            from gzactive.app.train.words import changed_outside

            was = train.current
            train.refresh()
            told.append(changed_outside(was, train.current, known, now.rounds))
        if told:
            self._count_since(train.rounds[-1] if train.rounds else None)
            self._tell(" ".join(told))
            session.schedule_changed.emit()
            session.rank()

    # --- outcomes -------------------------------------------------------------------------------

    def _on_counted(self, lacking: int, finished: int) -> None:
        """So many labels lacked when so many galaxies were finished; more may be by now."""
        session = self._session
        if not lacking:
            session.start_round()
            return
        self.schedule.put_off(lacking, after=finished)
        session.schedule_changed.emit()
        if session.project is not None and self.schedule.left(session.project.settings) == 0:
            self.start_due()

    def _on_round(self, learnt: work.Learnt) -> None:
        from gzactive.app.train.words import brought, nothing_new

        session, made = self._session, learnt.made
        if session.project is None:
            return
        if made is None:
            self._after(nothing_new(learnt.same_as))
            if session.train is not None:
                session.train.ask_again(learnt.same_as)
            return
        self._count_since(made)
        if session.train is not None:
            session.train.refresh()
            self.news.hold(brought(made, session.train.current), session.coming())
        self._after(made.sentence)
        if learnt.waits:
            session.look()
            return
        session.views_due = True
        session.rank()

    def _on_failed(self, sentence: str) -> None:
        self.schedule.put_off()
        self._after(sentence)

    def _after(self, sentence: str) -> None:
        if self._session.train is not None:
            self._session.train.tell(sentence)
        self._session.said.emit(sentence, False)
        self._session.schedule_changed.emit()

    def _on_promoted(self, number: int, waits: bool) -> None:
        from gzactive.app.train.words import serves_now

        session = self._session
        before = session.train.current if session.train is not None else 0
        if session.train is not None:
            session.train.refresh()
        if waits:
            sentence = f"Round {number} takes over when its network has looked at all galaxies."
            self._after(sentence)
            session.look()
            return
        self._tell(serves_now(number, before, session.train.rounds if session.train else []))
        session.rank()

    def _on_fallen_back(self, fallen: "FallenBack", learnt: int) -> None:
        from gzactive.app.train.words import fell_back, learnt_from_undone

        session = self._session
        if session.project is None or fallen.stood:
            return
        every = self.schedule.every(session.project.settings)
        if fallen.now != fallen.before:
            if session.train is not None:
                session.train.refresh()
            self._tell(fell_back(fallen))
            (session.look if fallen.waits else session.rank)()
        elif every and learnt >= every:
            session.start_round()
        elif not every:
            self._tell(learnt_from_undone(fallen.before))
            self.news.give_up()

    def _tell(self, sentence: str) -> None:
        """Say it where it is seen now, and on the quiet card once the galaxies are ranked."""
        self.news.hold(sentence, self._session.coming())
        self._after(sentence)

    def _count_since(self, made: Any) -> None:
        """Count the galaxies finished since a round read the labels."""
        labels = self._session.in_hand().labels
        position = None if made is None else made.read_up_to(labels.log_id)
        self.schedule.restart(labels.finished_count(since_sequence=position))
