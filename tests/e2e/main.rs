//! The whole way, through the real stack: every test here is one that a user, an operator or the
//! network could carry out.

mod bad_input;
mod cors;
mod creation;
mod delete;
mod delivery;
mod deployment;
mod head;
mod interrupted;
mod lists;
mod metrics;
mod multipart;
mod privacy;
mod prometheus;
mod retry;
mod routes;
mod schema;
mod split;
mod upload;
mod walk;
mod watch;
mod webhook;
mod whole_way;

use anyhow::Result;
use framezip_tests::Stack;
use libtest_mimic::{Arguments, Trial};
use std::{process::ExitCode, sync::Arc};
use tokio::sync::Mutex;

/// The stacks that the tests are on.
#[derive(Clone)]
struct Stacks {
    /// As it is deployed by default, with a web origin.
    usual: Arc<Stack>,
    /// Where every video that takes longer than a second or so is split over several workers. For one
    /// test at a time: some of them kill its workers. A user may have more videos than usual.
    hasty: Arc<Mutex<Stack>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let stacks = Stack::start(&[&format!("WebOrigin={}", cors::ORIGIN)]).and_then(|usual| {
        let hasty = Stack::start(&["SegmentSeconds=1", "MaxUnfinishedVideos=10000"])?;
        Ok(Stacks { usual: Arc::new(usual), hasty: Arc::new(Mutex::new(hasty)) })
    });
    let stacks = match stacks {
        Ok(stacks) => stacks,
        Err(error) => {
            eprintln!("the local stack did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&stacks)));
    drop(stacks);
    conclusion.exit_code()
}

/// Every test by its name.
fn trials(stacks: Option<&Stacks>) -> Vec<Trial> {
    macro_rules! trials {
        (|$stacks:ident| $given:expr, $($module:ident :: $test:ident,)*) => {
            vec![$({
                let stacks = stacks.cloned();
                Trial::test(concat!(stringify!($module), "::", stringify!($test)), move || {
                    let $stacks = stacks.ok_or("there is no stack")?;
                    block_on($module::$test($given)).map_err(|error| format!("{error:#}").into())
                })
            }),*]
        };
    }
    let mut trials = trials![
        |stacks| &stacks.usual,
        whole_way::a_video_becomes_a_zip_and_a_mail,
        whole_way::every_option_goes_all_the_way,
        whole_way::every_container_and_codec_gives_its_frames,
        whole_way::two_users_are_served_at_once,
        whole_way::lists_are_paged_and_filtered,
        privacy::another_users_video_is_not_found,
        privacy::no_verb_reaches_what_is_anothers,
        privacy::requests_without_a_good_token_are_refused,
        privacy::links_work_only_as_they_were_signed,
        upload::another_length_than_announced_is_refused,
        upload::an_upload_cannot_be_replaced,
        upload::wrong_requests_name_every_field,
        upload::every_media_type_is_signed_and_taken,
        upload::one_put_is_complete_once_its_bytes_have_come,
        head::it_answers_as_get_does,
        head::a_401_says_how_to_authenticate,
        multipart::a_large_video_goes_up_in_parts,
        multipart::a_broken_off_upload_goes_on_where_it_was,
        multipart::a_part_is_taken_only_as_announced,
        multipart::another_users_upload_is_not_found,
        cors::a_page_at_the_web_origin_may_use_it,
        routes::every_route_is_described_and_throttled,
        routes::every_route_answers_with_a_token_and_without,
        routes::what_has_no_route_reaches_no_function,
        walk::its_commands_do_what_they_say,
        watch::every_function_answers_its_sample_event,
        interrupted::a_large_upload_survives_everything,
        creation::a_repeated_call_makes_nothing_new,
        creation::calls_of_one_key_at_once_make_one_video,
        creation::several_videos_are_created_at_once_or_none,
        creation::unfinished_videos_are_limited,
        bad_input::what_is_no_video_fails_with_its_code_and_a_mail,
        bad_input::a_truncated_video_gives_what_it_holds,
        delivery::an_upload_event_that_comes_again_changes_nothing,
        delivery::a_job_that_comes_again_changes_nothing,
        delivery::an_outcome_that_comes_again_changes_nothing,
        delivery::a_job_given_up_ends_as_failed,
        delivery::a_message_that_does_not_parse_blocks_nothing,
        lists::filtered_lists_are_paged,
        lists::a_cursor_is_good_for_its_own_list_only,
        lists::administrators_see_everyones_videos,
        lists::administrators_delete_anybodys_video,
        retry::a_ready_video_takes_other_options,
        retry::a_failed_video_is_tried_again_whatever_comes_late,
        retry::a_video_is_begun_again_only_when_it_can_be,
        retry::of_two_that_begin_it_again_one_is_refused,
        retry::a_repeated_call_begins_nothing_new,
        retry::calls_of_one_key_at_once_begin_it_once,
        retry::it_counts_as_a_new_video_does,
        delete::nothing_of_a_ready_video_stays,
        delete::a_worker_stops_when_its_video_is_deleted,
        delete::a_video_is_deleted_on_its_way,
        delete::a_late_upload_does_not_stay,
        webhook::a_webhook_is_set_tested_and_taken_away,
        webhook::a_webhook_that_cannot_be_reached_says_why,
        webhook::another_users_webhook_does_not_show,
        metrics::what_has_happened_is_told_to_prometheus,
        prometheus::its_own_tool_finds_nothing_wrong,
        prometheus::it_scrapes_as_the_documentation_says,
        metrics::only_administrators_and_machines_read_metrics,
    ];
    trials.extend(trials![
        |stacks| &stacks,
        split::many_workers_give_the_bytes_that_one_gives,
        split::a_worker_that_is_killed_is_replaced,
        split::segments_that_come_twice_change_nothing,
        split::of_two_workers_the_longer_part_stays,
        split::a_video_taken_away_stops_all_its_workers,
        split::a_segment_given_up_fails_the_video_once,
        split::nothing_is_written_to_disk,
        delete::nothing_stays_whenever_it_is_deleted,
        delete::nothing_stays_whenever_a_fan_out_is_deleted,
        schema::the_api_is_as_it_is_described,
        deployment::a_failed_one_does_not_block_the_next,
        deployment::a_name_that_is_too_long_is_refused_at_once,
    ]);
    trials
}

fn block_on<T>(test: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test)
}
