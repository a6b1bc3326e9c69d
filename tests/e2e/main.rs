//! End-to-end tests through the real stack. Each one does what a user, an operator or the network can do.
//!
//! A test waits for a condition, never for a time. To show that nothing more happens, it waits for an event
//! that must come later: usually until no queue has a message about the video (`Stack::until_handled`).
//!
//! If a test fails, the logs of the stacks are copied to `target/e2e-logs`. `make flakes TEST=module::test` runs
//! one test many times.

mod bad_input;
mod cors;
mod creation;
mod delete;
mod delivery;
mod deployment;
mod head;
mod interrupted;
mod killed;
mod lists;
mod mail;
mod metrics;
mod multipart;
mod page;
mod privacy;
mod prometheus;
mod retry;
mod routes;
mod schema;
mod split;
mod stuck;
mod upload;
mod walk;
mod watch;
mod webhook;
mod whole_way;

use anyhow::{Context, Result, ensure};
use framezip_tests::Stack;
use libtest_mimic::{Arguments, Trial};
use std::{env, process::ExitCode, sync::Arc, time::Instant};
use tokio::sync::Mutex;

/// The stacks that the tests use.
#[derive(Clone)]
struct Stacks {
    /// A stack with the default parameters and a web origin.
    usual: Arc<Stack>,
    /// A stack that splits every video that takes longer than about a second. One test at a time has it,
    /// because some of them kill its workers. A user may have more videos there.
    hasty: Arc<Mutex<Stack>>,
    /// A stack whose functions are killed or get many messages, again for one test at a time. A user may have more
    /// videos there.
    shaken: Arc<Mutex<Stack>>,
}

impl Stacks {
    fn start() -> Result<Self> {
        let usual = Stack::start(&[&format!("WebOrigin={}", cors::ORIGIN)])?;
        let hasty = Stack::start(&["SegmentSeconds=1", "MaxUnfinishedVideos=10000"])?;
        let shaken = Stack::start(&["MaxUnfinishedVideos=10000"])?;
        let [hasty, shaken] = [hasty, shaken].map(|stack| Arc::new(Mutex::new(stack)));
        Ok(Self { usual: Arc::new(usual), hasty, shaken })
    }

    /// Checks that no record waits for longer than its limit and that no message was given up.
    fn check_the_rest(&self) -> Result<()> {
        block_on(stuck::nothing_is_left(&self.usual))?;
        for stack in [&self.hasty, &self.shaken] {
            block_on(async { stuck::nothing_is_left(&*stack.lock().await).await })?;
        }
        Ok(())
    }

    fn keep_logs(&self) {
        let (hasty, shaken) = (self.hasty.blocking_lock(), self.shaken.blocking_lock());
        for (name, stack) in [("usual", &*self.usual), ("hasty", &*hasty), ("shaken", &*shaken)] {
            match stack.keep_log(name) {
                Ok(path) => eprintln!("the {name} stack's log: {}", path.display()),
                Err(error) => eprintln!("the {name} stack's log could not be kept: {error:#}"),
            }
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let stacks = match Stacks::start() {
        Ok(stacks) => stacks,
        Err(error) => {
            eprintln!("the local stack did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&stacks)));
    let left = stacks.check_the_rest();
    if let Err(error) = &left {
        eprintln!("the tests left something: {error:#}");
    }
    if conclusion.has_failed() || left.is_err() {
        stacks.keep_logs();
    }
    drop(stacks);
    if left.is_err() { ExitCode::FAILURE } else { conclusion.exit_code() }
}

/// Returns every test with its name.
fn trials(stacks: Option<&Stacks>) -> Vec<Trial> {
    macro_rules! trials {
        (|$stacks:ident| $given:expr, $($module:ident :: $test:ident,)*) => {
            vec![$({
                let stacks = stacks.cloned();
                Trial::test(concat!(stringify!($module), "::", stringify!($test)), move || {
                    let $stacks = stacks.ok_or("there is no stack")?;
                    repeat(|| block_on($module::$test($given))).map_err(|error| format!("{error:#}").into())
                })
            }),*]
        };
    }
    let mut trials = trials![
        |stacks| &stacks.usual,
        whole_way::a_video_becomes_a_zip_and_a_mail,
        whole_way::every_option_reaches_the_zip,
        whole_way::every_container_and_codec_gives_its_frames,
        whole_way::two_users_are_served_at_once,
        whole_way::lists_are_paged_and_filtered,
        privacy::another_users_video_is_not_found,
        privacy::no_method_reaches_another_users_data,
        privacy::requests_without_a_valid_token_are_refused,
        privacy::links_work_only_as_they_were_signed,
        upload::another_length_than_announced_is_refused,
        upload::an_upload_cannot_be_replaced,
        upload::wrong_requests_name_every_field,
        upload::every_media_type_is_signed_and_accepted,
        upload::a_single_upload_is_complete_once_its_bytes_have_arrived,
        head::head_answers_as_get_does,
        head::a_401_says_how_to_authenticate,
        multipart::a_large_video_goes_up_in_parts,
        multipart::an_interrupted_upload_resumes_where_it_stopped,
        multipart::a_part_is_accepted_only_with_its_announced_length,
        multipart::another_users_upload_is_not_found,
        cors::our_own_page_may_use_the_buckets,
        cors::a_page_at_the_web_origin_may_use_the_buckets_and_the_api,
        page::the_page_and_its_files_arrive_intact,
        page::the_page_may_connect_only_to_the_stack,
        routes::every_route_is_described_and_throttled,
        routes::every_route_answers_with_a_token_and_without,
        routes::a_request_without_a_route_reaches_no_function,
        walk::its_commands_do_what_they_say,
        watch::every_function_answers_its_sample_event,
        interrupted::a_large_upload_survives_a_kill_an_outage_and_expired_urls,
        creation::a_repeated_call_creates_nothing_new,
        creation::concurrent_calls_with_one_key_create_one_video,
        creation::a_batch_of_videos_is_created_as_a_whole_or_not_at_all,
        creation::unfinished_videos_are_limited,
        bad_input::a_file_that_is_not_a_video_fails_with_its_code_and_a_mail,
        bad_input::a_truncated_video_gives_the_frames_that_it_has,
        delivery::a_repeated_upload_event_changes_nothing,
        delivery::a_repeated_job_changes_nothing,
        delivery::a_repeated_outcome_changes_nothing,
        delivery::a_job_that_is_given_up_fails_its_video,
        delivery::a_message_that_does_not_parse_blocks_nothing,
        lists::filtered_lists_are_paged,
        lists::a_cursor_is_valid_only_for_its_own_list,
        lists::administrators_see_everyones_videos,
        lists::administrators_can_delete_any_video,
        retry::a_ready_video_can_be_retried_with_other_options,
        retry::a_failed_video_can_be_retried_despite_late_messages,
        retry::a_video_is_retried_only_when_it_is_final_and_has_its_source,
        retry::one_of_two_concurrent_retries_is_refused,
        retry::a_repeated_retry_starts_nothing_new,
        retry::concurrent_retries_with_one_key_start_one_attempt,
        retry::a_retry_counts_as_an_unfinished_video,
        delete::deleting_a_ready_video_leaves_nothing,
        delete::a_worker_stops_when_its_video_is_deleted,
        delete::a_queued_video_can_be_deleted,
        delete::an_upload_after_the_deletion_is_removed,
        mail::a_user_gets_the_mails_that_they_want,
        mail::the_link_in_a_mail_stops_mails_by_post_only,
        mail::a_bounce_stops_mails_to_an_address,
        mail::a_mail_before_the_expiry_is_sent_once_if_it_is_wanted,
        webhook::every_event_of_a_video_arrives_once,
        webhook::the_reference_library_verifies_both_secrets_of_a_rotation,
        webhook::node_verifies_events_with_the_reference_library,
        webhook::a_failed_delivery_is_tried_again_and_can_be_resent,
        webhook::a_receiver_that_is_gone_switches_its_webhook_off,
        webhook::an_unreachable_webhook_says_why,
        webhook::calls_about_webhooks_are_limited,
        webhook::another_users_webhook_is_invisible,
        webhook::a_repeated_delivery_has_no_effect,
        metrics::the_metrics_count_what_has_happened,
        prometheus::promtool_finds_no_fault_in_the_metrics,
        prometheus::prometheus_scrapes_with_the_documented_configuration,
        metrics::only_administrators_and_machines_read_metrics,
    ];
    // those of two stacks take turns, so that two threads seldom wait for one stack
    let mut hasty = trials![
        |stacks| &stacks,
        stuck::an_upload_whose_event_was_lost_is_found,
        stuck::an_event_that_failed_is_handled_in_the_next_round,
        stuck::an_upload_that_never_arrives_fails_with_its_reason,
        stuck::a_purged_queue_of_jobs_loses_no_video,
        stuck::a_purged_queue_of_outcomes_loses_no_video,
        stuck::a_failed_retry_keeps_the_earlier_frames,
        stuck::a_job_without_its_attempt_is_dropped,
        stuck::a_refused_mail_comes_later,
        split::a_fan_out_whose_messages_are_lost_is_completed,
        split::several_workers_make_the_same_zip_as_one,
        split::a_worker_that_is_killed_is_replaced,
        split::repeated_segments_change_nothing,
        split::the_longer_of_two_zip_objects_stays,
        split::the_workers_of_a_deleted_record_stop,
        split::a_segment_that_is_given_up_fails_its_video_once,
        split::nothing_is_written_to_disk,
        delete::a_video_deleted_at_any_moment_leaves_nothing,
        delete::a_fan_out_deleted_at_any_moment_leaves_nothing,
        cors::without_a_web_origin_only_our_own_page_may,
        schema::the_api_matches_its_description,
        deployment::a_failed_deployment_does_not_block_the_next,
        deployment::an_invalid_stack_name_is_refused_at_once,
    ]
    .into_iter();
    let shaken = trials![
        |stacks| &stacks,
        stuck::killed_functions_lose_nothing,
        stuck::five_hundred_outcomes_delivered_twice,
        killed::extract_at_every_request,
        killed::notify_at_every_request,
        killed::deliver_at_every_request,
        killed::enqueue_at_every_request,
        killed::reconcile_at_every_request,
        killed::api_at_every_request,
        killed::a_copy_of_a_job_that_is_given_up_takes_no_video_away,
    ];
    for trial in shaken {
        trials.push(trial);
        trials.extend(hasty.by_ref().take(3));
    }
    trials.extend(hasty);
    trials
}

/// Runs a test as often as `make flakes` asks for, otherwise once.
fn repeat(test: impl Fn() -> Result<()>) -> Result<()> {
    let runs = match env::var("FRAMEZIP_RUNS") {
        Ok(runs) => runs.parse().context("FRAMEZIP_RUNS must be a number")?,
        Err(_) => return test(),
    };
    let mut failed = 0;
    for run in 1..=runs {
        let started = Instant::now();
        let result = test();
        failed += u32::from(result.is_err());
        let result = result.map_or_else(|error| format!("FAILED: {error:#}"), |()| "ok".to_owned());
        eprintln!("run {run} of {runs}: {result}, {} s", started.elapsed().as_secs());
    }
    ensure!(failed == 0, "it failed in {failed} of {runs} runs");
    Ok(())
}

fn block_on<T>(test: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test)
}
