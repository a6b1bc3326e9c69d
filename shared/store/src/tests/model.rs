//! The life of a video, explored exhaustively: every order of the steps of `enqueue`, two workers, one or two
//! notifiers, the reconciler, a retry and a deletion, with crashes, lost messages and repeated deliveries.
//!
//! Every write is a call of the real [`Videos`](crate::Videos) on a table in memory, so the model cannot
//! drift from the conditions of the store. The functions' own steps are mirrored in [`steps`]. Left out:
//! fan-outs, the time to live, and index entries that are older than the table.
//!
//! The rules, checked in every state that can be reached:
//! - No call takes a video back to an earlier status, replaces an outcome or brings a deleted video back,
//!   and no message of another attempt changes it (`world::check`).
//! - A job that was given up fails no video that another job's worker is processing.
//! - The mail about an outcome is sent once, and once more per crash between the mail and its record.
//! - Whenever everything is quiet, the reconciler alone brings the video to its end: final, with mail and
//!   event.

mod state;
mod steps;
mod world;

use framezip_contract::Status;
use state::{Budget, State};
use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
};
use steps::steps;
use world::{RETRIED, World};

/// The most states of one exploration. More would take too long for a test.
const MOST_STATES: usize = 600_000;
/// The rounds within which the reconciler must bring a quiet video to its end.
const RECOVERY_ROUNDS: u8 = 6;

/// The steps that led to the states, by the states' hashes: the state before, and the step's name.
type Steps = HashMap<u64, (u64, &'static str)>;

/// A budget without anything. The tests are as large as their time allows.
const NOTHING: Budget =
    Budget { faults: 0, rounds: 0, notifiers: 1, can_retry: false, can_delete: false };

#[test]
fn no_video_is_stuck_and_no_effect_is_doubled() {
    explore(Budget { faults: 1, rounds: 2, ..NOTHING });
}

#[test]
fn two_faults_are_repaired() {
    explore(Budget { faults: 2, rounds: 1, ..NOTHING });
}

#[test]
fn two_notifiers_send_one_mail() {
    explore(Budget { faults: 1, rounds: 1, notifiers: 2, can_delete: true, ..NOTHING });
}

#[test]
fn a_retry_supersedes_everything_before_it() {
    explore(Budget { faults: 1, rounds: 1, can_retry: true, ..NOTHING });
}

#[test]
fn a_retry_and_a_deletion_exclude_each_other() {
    explore(Budget { rounds: 1, notifiers: 2, can_retry: true, can_delete: true, ..NOTHING });
}

/// Explores every state that can be reached, nearest first.
fn explore(left: Budget) {
    let (mut world, table) = World::new();
    let first = State::first(table, left);
    let mut taken = Steps::from([(hash(&first), (0, "the video is created"))]);
    let mut open = VecDeque::from([(hash(&first), first)]);
    let mut ended = HashSet::new();
    while let Some((before, state)) = open.pop_front() {
        let mut problem = problem(&state);
        for (name, next) in steps(&mut world, &state) {
            let after = hash(&next);
            if let Entry::Vacant(entry) = taken.entry(after) {
                entry.insert((before, name));
                open.push_back((after, next));
            }
        }
        if problem.is_none() && state.is_quiet() {
            problem = stuck(&mut world, &state, &mut ended);
        }
        if let Some(problem) = problem.or(world.problem.take()) {
            panic!("{problem}\nafter:\n{}\nin {state:#?}", path(&taken, before).join("\n"));
        }
        assert!(taken.len() < MOST_STATES, "too many states");
    }
    println!("{left:?}: {} states", taken.len());
}

/// Returns the rule that a state violates.
fn problem(state: &State) -> Option<String> {
    let is_doubled = (0..2).any(|attempt| state.mails[attempt] > 1 + state.repeatable[attempt]);
    is_doubled.then(|| "a mail was sent twice".to_owned())
}

/// Lets only the reconciler begin something, without faults. Returns the problem if the video does not come
/// to its end. `ended` are the states from which it does.
fn stuck(world: &mut World, quiet: &State, ended: &mut HashSet<u64>) -> Option<String> {
    let mut state = State { left: NOTHING, repeatable: [u8::MAX - 1; 2], ..quiet.clone() };
    if !ended.insert(hash(&state)) {
        return None;
    }
    for _ in 0..RECOVERY_ROUNDS {
        state.left.rounds = 1;
        while let Some((_, next)) = steps(world, &state).into_iter().next() {
            state = next;
        }
    }
    unfinished(world, &state).map(|missing| format!("{missing}; the reconciler ended in {state:?}"))
}

/// Returns what a video lacks at its end.
fn unfinished(world: &mut World, state: &State) -> Option<&'static str> {
    let record = world.record(state.table)?;
    let number = usize::from(record.attempt == RETRIED);
    let reminder = record.reminder_at().as_second();
    let check = record.check.as_ref().map(|check| check.check_at);
    let is_ready = record.video.status == Status::Ready;
    if !state.is_quiet() {
        return Some("the functions do not come to rest");
    }
    if !record.is_settled() {
        return Some("a video is stuck");
    }
    if state.mails[number] == 0 || !state.events[number] {
        return Some("a mail or an event was never sent");
    }
    (check != is_ready.then_some(reminder)).then_some("a check is left over")
}

fn hash(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

/// Returns the names of the steps that led to a state.
fn path(taken: &Steps, mut state: u64) -> Vec<&'static str> {
    let mut names = Vec::new();
    while let Some((before, name)) = taken.get(&state) {
        names.push(*name);
        state = *before;
    }
    names.reverse();
    names
}
