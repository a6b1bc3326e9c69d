//! The steps of the functions. Each makes at most one call of the store; a step that reads and then sends a
//! message is one, since a message that is received late is as good as one that is sent late.

use super::{
    state::{Body, Budget, Mail, Message, Notice, Round, State},
    world::{Answer, Call, RETRIED, Repair, World},
};
use framezip_contract::{Attempt, Status};

/// The states after each possible step, with the step's name.
pub(super) type Steps = Vec<(&'static str, State)>;

/// Returns every possible step. Those of the reconciler and of callers come last.
pub(super) fn steps(world: &mut World, state: &State) -> Steps {
    let mut steps = Steps::new();
    enqueue(world, state, &mut steps);
    extract(world, state, &mut steps);
    notify(world, state, &mut steps);
    lose_messages(state, &mut steps);
    retry(world, state, &mut steps);
    delete(world, state, &mut steps);
    reconcile(world, state, &mut steps);
    steps
}

/// Makes a call, which changes the table of the state.
fn call(world: &mut World, state: &mut State, call: Call) -> Answer {
    let (table, answer) = world.call(state.table, state.rounds, call);
    state.table = table;
    answer
}

fn lose_messages(state: &State, steps: &mut Steps) {
    let Some(faulty) = state.after_fault() else { return };
    for message in &state.messages {
        let mut next = faulty.clone();
        next.messages.remove(message);
        steps.push(("a message is lost", next));
    }
}

/// `Enqueuer::enqueue` in `functions/enqueue`, with `Intake::accept`.
fn enqueue(world: &mut World, state: &State, steps: &mut Steps) {
    let Some(message) = state.enqueuing else {
        let is_awaiting = world
            .record(state.table)
            .is_some_and(|record| record.video.status == Status::AwaitingUpload);
        for (message, mut next) in state.received(|body| body == Body::Upload) {
            if is_awaiting {
                next.send(10 + u16::from(message.receives), Body::Job { attempt: 0 });
                next.enqueuing = Some(message);
            }
            steps.push(("enqueue sends the job", next));
        }
        return;
    };
    let mut next = State { enqueuing: None, ..state.clone() };
    if let Some(mut crashed) = next.after_fault() {
        crashed.put_back(message);
        steps.push(("enqueue crashes", crashed));
    }
    call(world, &mut next, Call::Queue);
    steps.push(("enqueue writes queued", next));
}

/// `handle` in `functions/extract/src/job.rs`, without fan-outs.
fn extract(world: &mut World, state: &State, steps: &mut Steps) {
    if let Some(faulty) = state.after_fault() {
        for (message, mut next) in faulty.taken(|body| matches!(body, Body::Job { .. })) {
            next.put_back(message);
            steps.push(("a worker does not start", next));
        }
    }
    if state.workers.contains(&None) {
        for (message, next) in state.received(|body| matches!(body, Body::Job { .. })) {
            steps.push(claim(world, message, next));
        }
    }
    for (index, worker) in state.workers.into_iter().enumerate() {
        let Some(message) = worker else { continue };
        let mut next = state.clone();
        next.workers[index] = None;
        next.workers.sort();
        if let Some(mut crashed) = next.after_fault() {
            crashed.put_back(message);
            steps.push(("a worker crashes", crashed));
        }
        let attempt = attempt(message);
        let progress = Call::Progress { attempt, message: message.id };
        if call(world, &mut next, progress) == Answer::Done {
            let id = message.id + 100 * u16::from(message.receives);
            next.send(id, Body::Outcome { attempt, ready: true });
        }
        steps.push(("a worker ends", next));
    }
}

fn claim(world: &mut World, message: Message, mut next: State) -> (&'static str, State) {
    let claim = Call::Claim { attempt: attempt(message), message: message.id };
    match call(world, &mut next, claim) {
        Answer::Done => {
            next.workers[0] = Some(message);
            next.workers.sort();
            ("a worker claims the video", next)
        }
        Answer::Early if !message.is_last() => {
            next.put_back(message);
            ("a job is early", next)
        }
        Answer::Early => ("a job of no attempt is dropped", next),
        Answer::Refused | Answer::Held => ("a job is ignored", next),
    }
}

/// `outcome::finish` and `outcome::fail_job` in `functions/notify`.
fn notify(world: &mut World, state: &State, steps: &mut Steps) {
    let busy = state.notifying.iter().flatten().count();
    if busy < state.left.notifiers {
        let is_for_notify = |body| matches!(body, Body::Outcome { .. } | Body::FailedJob { .. });
        for (message, mut next) in state.received(is_for_notify) {
            let end = match message.body {
                Body::Outcome { attempt, ready } => Call::Finish { attempt, ready },
                Body::FailedJob { attempt, message } => Call::GiveUp { attempt, message },
                Body::Upload | Body::Job { .. } => continue,
            };
            if call(world, &mut next, end) == Answer::Held {
                next.hidden.insert(message);
                steps.push(("a job that was given up waits", next));
                continue;
            }
            let notice = begun(world, &next, attempt(message));
            next.notifying[0] = notice.map(|notice| (message, notice));
            next.notifying.sort();
            steps.push(("notify writes the outcome", next));
        }
    }
    for (index, position) in state.notifying.into_iter().enumerate() {
        let Some((message, notice)) = position else { continue };
        crash(state, index, steps);
        if notice.mail != Mail::Done {
            let mut next = state.clone();
            let (name, mail) = send_mail(world, &mut next, message, notice.mail);
            next.notifying[index] = Some((message, Notice { mail, ..notice }));
            next.notifying.sort();
            steps.push((name, next));
        }
        let mut next = state.clone();
        if !notice.is_announced {
            let attempt = attempt(message);
            next.events[usize::from(attempt == RETRIED)] = true;
            call(world, &mut next, Call::Announced { attempt });
            next.notifying[index] = Some((message, Notice { is_announced: true, ..notice }));
            next.notifying.sort();
            steps.push(("notify announces the outcome", next));
        } else if notice.mail == Mail::Done {
            call(world, &mut next, Call::Settle { read: notice.read });
            next.notifying[index] = None;
            next.notifying.sort();
            steps.push(("notify settles the video", next));
        }
    }
}

/// Returns the position of a notifier after the status is written; `None` if nothing is left to do.
fn begun(world: &mut World, state: &State, attempt: Attempt) -> Option<Notice> {
    let record = world.record(state.table)?;
    let is_final = record.video.status.is_final();
    let is_open = record.attempt == attempt && is_final && !record.is_settled();
    let is_announced = record.announced_at.is_some();
    is_open.then_some(Notice { read: state.table, mail: Mail::Open, is_announced })
}

/// A notifier crashes, also between the creation of the delivery and the write that records it.
fn crash(state: &State, index: usize, steps: &mut Steps) {
    let (Some(mut crashed), Some((message, notice))) =
        (state.after_fault(), state.notifying[index])
    else {
        return;
    };
    let number = usize::from(attempt(message) == RETRIED);
    crashed.notifying[index] = None;
    crashed.notifying.sort();
    crashed.put_back(message);
    crashed.repeatable[number] += u8::from(notice.mail == Mail::Sent);
    if !notice.is_announced {
        let mut later = crashed.clone();
        later.events[number] = true;
        steps.push(("notify crashes after handing over an event", later));
    }
    steps.push(("notify crashes", crashed));
}

/// `outcome::mail` in `functions/notify`. The lease belongs to the delivery of the message.
fn send_mail(
    world: &mut World,
    next: &mut State,
    message: Message,
    mail: Mail,
) -> (&'static str, Mail) {
    let (attempt, owner) = (attempt(message), message.delivery());
    if mail == Mail::Sent {
        call(world, next, Call::NoticeSent { attempt, message: owner });
        return ("notify records the mail", Mail::Done);
    }
    match call(world, next, Call::ClaimNotice { attempt, message: owner }) {
        Answer::Done => {
            next.mails[usize::from(attempt == RETRIED)] += 1;
            ("notify sends a mail", Mail::Sent)
        }
        _ => ("notify sends no mail", Mail::Done),
    }
}

/// `retry` in `functions/api`.
fn retry(world: &mut World, state: &State, steps: &mut Steps) {
    if let Some(read) = state.retrying {
        let mut next = State { retrying: None, ..state.clone() };
        if let Some(crashed) = next.after_fault() {
            steps.push(("a retry crashes", crashed));
        }
        call(world, &mut next, Call::Retry { read });
        steps.push(("a retry writes its attempt", next));
    }
    let record = world.record(state.table);
    if state.left.can_retry && record.is_some_and(|record| record.video.status.is_final()) {
        let mut next = state.clone();
        next.left.can_retry = false;
        next.retrying = Some(state.table);
        next.send(20, Body::Job { attempt: RETRIED });
        steps.push(("a retry sends its job", next));
    }
}

/// `DELETE /videos/{id}`.
fn delete(world: &mut World, state: &State, steps: &mut Steps) {
    if state.left.can_delete {
        let mut next = state.clone();
        next.left.can_delete = false;
        call(world, &mut next, Call::Delete);
        steps.push(("the video is deleted", next));
    }
}

/// `repair::video` in `functions/reconcile`. Every round begins later than the leases and checks of the one
/// before.
fn reconcile(world: &mut World, state: &State, steps: &mut Steps) {
    let mut next = State { round: Round::Idle, ..state.clone() };
    let id = 30 + u16::from(state.rounds);
    let crashed = (state.round != Round::Idle).then(|| next.after_fault()).flatten();
    steps.extend(crashed.map(|crashed| ("the reconciler crashes", crashed)));
    match state.round {
        Round::Idle => {
            // the lease on a mail is longer than the function may run, so by then it has crashed
            let is_mailing =
                state.notifying.iter().flatten().any(|(_, notice)| notice.mail == Mail::Sent);
            let rounds = state.left.rounds.checked_sub(1).filter(|_| !is_mailing);
            let Some(rounds) = rounds else { return };
            next.left = Budget { rounds, ..state.left };
            next.rounds += 1;
            next.messages.append(&mut next.hidden);
            if call(world, &mut next, Call::Due) == Answer::Done {
                next.round = Round::Read(state.table);
            }
            steps.push(("a round begins", next));
        }
        Round::Read(read) => {
            if call(world, &mut next, Call::Postpone { read }) == Answer::Done {
                // a crash between the write and the repair
                let crashed = next.after_fault();
                steps.extend(crashed.map(|crashed| ("the reconciler crashes", crashed)));
                repair(world, &mut next, read, id);
            }
            steps.push(("the reconciler moves the check", next));
        }
        Round::Queueing => {
            call(world, &mut next, Call::Queue);
            steps.push(("the reconciler writes queued", next));
        }
        Round::Settling(read) => {
            call(world, &mut next, Call::Settle { read });
            steps.push(("the reconciler settles the video", next));
        }
    }
}

fn repair(world: &mut World, next: &mut State, read: u32, id: u16) {
    let Some(record) = world.record(read) else { return };
    let attempt = record.attempt;
    match world.repair(read, next.rounds) {
        Repair::None => {}
        Repair::FindUpload => {
            next.send(id, Body::Job { attempt: 0 });
            next.round = Round::Queueing;
        }
        Repair::SendJob => next.send(id, Body::Job { attempt }),
        Repair::SendOutcome => {
            let ready = record.video.status == Status::Ready;
            next.send(id, Body::Outcome { attempt, ready });
        }
        Repair::Settle => next.round = Round::Settling(read),
    }
}

/// Returns the attempt of a message.
fn attempt(message: Message) -> Attempt {
    match message.body {
        Body::Upload => 0,
        Body::Job { attempt } | Body::FailedJob { attempt, .. } | Body::Outcome { attempt, .. } => {
            attempt
        }
    }
}
