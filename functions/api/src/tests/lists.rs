//! Lists, their cursors, and the lists of administrators.

use super::{ID, Item, answer, record};
use crate::request::cursor::{CursorScope, VideoList};
use aws_sdk_dynamodb::{
    Client,
    operation::{batch_get_item::BatchGetItemOutput, get_item::GetItemOutput, query::QueryOutput},
    types::AttributeValue,
};
use aws_smithy_mocks::{Rule, mock};
use framezip_contract::{UserId, VideoId};
use serde_json::{Value, json};

const EARLIER: &str = "01990d2c-6a3e-7c51-9d0b-2f6c1a7be000";

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A query that finds two videos in the partition of a user.
fn two_of(owner: &'static str) -> Rule {
    let mut earlier = record("ready");
    earlier.insert("id".to_owned(), text(EARLIER));
    mock!(Client::query)
        .match_requests(move |request| {
            let values = request.expression_attribute_values().unwrap();
            request.index_name().is_none() && values[":pk"] == text(&format!("user#{owner}"))
        })
        .then_output(move || {
            QueryOutput::builder().items(record("ready")).items(earlier.clone()).build()
        })
}

async fn ids(rules: &[&Rule], path: &str, token: &str) -> (Vec<String>, Option<String>) {
    let (status, _, page) = answer(rules, "GET", path, Some(token), "").await;
    assert_eq!(status, 200, "{page}");
    let ids = page["videos"].as_array().unwrap().iter().map(|video| video["id"].as_str().unwrap());
    (ids.map(str::to_owned).collect(), page["cursor"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_ready_video_of_a_list_has_a_link_to_its_poster_only() {
    let (_, _, page) = answer(&[&two_of("user-1")], "GET", "/videos", Some("id"), "").await;
    let video = page["videos"][0].as_object().unwrap();
    assert_eq!(video["expiresAt"], "2027-01-20T00:00:00.000Z");
    let url = video["poster"]["url"].as_str().unwrap();
    assert!(url.contains(&format!("/{ID}/")) && url.contains("/poster.jpg?"), "{url}");
    for link in ["download", "sheet", "storyboard"] {
        assert!(!video.contains_key(link), "{link}");
    }
    let queued =
        mock!(Client::query).then_output(|| QueryOutput::builder().items(record("queued")).build());
    let (_, _, page) = answer(&[&queued], "GET", "/videos", Some("id"), "").await;
    assert!(page["videos"][0].get("poster").is_none(), "{page}");
}

async fn refusal(path: &str, token: &str) -> Value {
    let (status, _, problem) = answer(&[], "GET", path, Some(token), "").await;
    assert_eq!(status, 400, "{problem}");
    problem
}

#[tokio::test]
async fn a_cursor_leads_to_the_next_page() {
    let first = two_of("user-1");
    let (found, cursor) = ids(&[&first], "/videos?limit=1", "id").await;
    assert_eq!(found, [ID]);
    let next = mock!(Client::query)
        .match_requests(|request| {
            request.exclusive_start_key().unwrap()["sk"] == text(&format!("video#{ID}"))
        })
        .then_output(|| QueryOutput::builder().build());
    let path = format!("/videos?limit=5&cursor={}", cursor.unwrap());
    assert_eq!(ids(&[&next], &path, "id").await, (Vec::new(), None));
}

#[tokio::test]
async fn a_cursor_is_valid_only_for_its_own_list() {
    let (_, cursor) = ids(&[&two_of("user-1")], "/videos?limit=1", "admin").await;
    let cursor = cursor.unwrap();
    let other = if cursor.starts_with('A') { "B" } else { "A" };
    for path in [
        format!("/videos?cursor={other}{}", &cursor[1..]),
        format!("/videos?cursor={cursor}AAAA"),
        format!("/videos?cursor={ID}"),
        "/videos?cursor=".to_owned(),
        format!("/videos?status=ready&cursor={cursor}"),
        format!("/videos?user=user-2&cursor={cursor}"),
        format!("/videos?all=true&cursor={cursor}"),
    ] {
        let problem = refusal(&path, "admin").await;
        assert_eq!(problem["errors"][0]["field"], "cursor", "{path}");
    }
}

/// Calls a function with the list of `user-1`'s own videos.
fn own_list<T>(with: impl Fn(VideoList<'_>) -> T) -> T {
    let user = UserId::try_from("user-1".to_owned()).unwrap();
    let scope = CursorScope::User(user.clone());
    with(VideoList { asker: &user, scope: &scope, status: None })
}

#[tokio::test]
async fn a_made_up_cursor_stays_in_the_callers_partition() {
    for id in
        [EARLIER.parse().unwrap(), VideoId::from_bytes([0; 16]), VideoId::from_bytes([255; 16])]
    {
        let cursor = own_list(|list| list.cursor_after(id));
        let own = mock!(Client::query)
            .match_requests(move |request| {
                let values = request.expression_attribute_values().unwrap();
                let start = request.exclusive_start_key().unwrap();
                let partition = text("user#user-1");
                request.index_name().is_none()
                    && request.key_condition_expression()
                        == Some("pk = :pk AND begins_with(sk, :videos)")
                    && (&values[":pk"], &values[":videos"]) == (&partition, &text("video#"))
                    && *start
                        == Item::from([
                            ("pk".to_owned(), partition),
                            ("sk".to_owned(), text(&format!("video#{id}"))),
                        ])
            })
            .then_output(|| QueryOutput::builder().build());
        let path = format!("/videos?cursor={cursor}");
        assert_eq!(ids(&[&own], &path, "id").await, (Vec::new(), None));
        assert_eq!(own.num_calls(), 1);
    }
}

#[tokio::test]
async fn a_made_up_cursor_grants_no_other_list() {
    let user = UserId::try_from("user-1".to_owned()).unwrap();
    let other = CursorScope::User(UserId::try_from("user-2".to_owned()).unwrap());
    let id = EARLIER.parse().unwrap();
    for (scope, query) in [(&CursorScope::Everyone, "all=true"), (&other, "user=user-2")] {
        let cursor = VideoList { asker: &user, scope, status: None }.cursor_after(id);
        let path = format!("/videos?{query}&cursor={cursor}");
        let (status, _, problem) = answer(&[], "GET", &path, Some("id"), "").await;
        assert_eq!((status.as_u16(), &problem["code"]), (403, &json!("forbidden")), "{path}");
        let problem = refusal(&format!("/videos?cursor={cursor}"), "id").await;
        assert_eq!(problem["errors"][0]["field"], "cursor", "{path}");
    }
}

#[tokio::test]
async fn administrators_list_anybodys_videos() {
    let (found, _) = ids(&[&two_of("user-2")], "/videos?user=user-2", "admin").await;
    assert_eq!(found, [ID, EARLIER]);
}

#[tokio::test]
async fn administrators_list_everyones_videos() {
    let key = |name: &str| (name.to_owned(), record("ready")[name].clone());
    let keys = Item::from([key("pk"), key("sk")]);
    let index = mock!(Client::query)
        .match_requests(|request| request.index_name() == Some("by-status"))
        .then_output(move || QueryOutput::builder().items(keys.clone()).build());
    let get = mock!(Client::batch_get_item).then_output(|| {
        BatchGetItemOutput::builder().responses("Videos", vec![record("ready")]).build()
    });
    let rules = [&index, &get];
    assert_eq!(ids(&rules, "/videos?all=true", "admin").await, (vec![ID.to_owned()], None));
    // one query for each status
    assert_eq!(index.num_calls(), 5);
    ids(&rules, "/videos?all=true&status=ready", "admin").await;
    assert_eq!(index.num_calls(), 6);
}

#[tokio::test]
async fn administrators_read_anybodys_video() {
    let get = mock!(Client::get_item)
        .match_requests(|request| request.key().unwrap()["pk"] == text("user#user-2"))
        .then_output(|| GetItemOutput::builder().set_item(Some(record("ready"))).build());
    let path = format!("/videos/{ID}?user=user-2");
    let (status, _, video) = answer(&[&get], "GET", &path, Some("admin"), "").await;
    assert_eq!((status.as_u16(), video["id"].as_str()), (200, Some(ID)));
    assert!(video.get("email").is_none(), "{video}");
}
