//! The requests to users' webhooks, by the type of their event.

use framezip_contract::EventType;
use serde_json::json;
use utoipa::{
    Modify,
    openapi::{
        ContentBuilder, Object, OpenApi, Ref, Required, ResponseBuilder, Type,
        path::{
            HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
            PathItem, PathsBuilder,
        },
        request_body::{RequestBody, RequestBodyBuilder},
    },
};

/// Adds the section `webhooks` to the document.
pub(super) struct Webhooks;

impl Modify for Webhooks {
    fn modify(&self, document: &mut OpenApi) {
        let paths = EventType::ALL.into_iter().fold(PathsBuilder::new(), |paths, kind| {
            paths.path(kind.as_str(), PathItem::new(HttpMethod::Post, operation(kind)))
        });
        document.webhooks = Some(paths.build());
    }
}

/// The headers of every request.
const HEADERS: [(&str, Type, &str); 3] = [
    ("webhook-id", Type::String, "The event's id, the same in every attempt. Ignore repetitions."),
    (
        "webhook-timestamp",
        Type::Integer,
        "The time of the attempt in seconds since 1970. Refuse a request that is older than five minutes.",
    ),
    (
        "webhook-signature",
        Type::String,
        "`v1,` and the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` in base64. During a rotation \
         there are two, separated by a space. Verify it before you parse the body.",
    ),
];

fn operation(kind: EventType) -> Operation {
    let (id, summary) = match kind {
        EventType::VideoReady => ("videoReady", "The frames of a video are ready"),
        EventType::VideoFailed => ("videoFailed", "A video failed"),
        EventType::VideoDeleted => ("videoDeleted", "A video was deleted"),
        EventType::WebhookTest => ("webhookTest", "A test"),
    };
    let about = "Signed by [Standard Webhooks](https://www.standardwebhooks.com). An event may arrive twice \
                 or out of order. Answer within 15 seconds. After any other answer than 2xx the event is \
                 sent again after 5 s, 5 min, 30 min, 2 h, 5 h and 10 h; redirects are not followed. After \
                 five days without a success the webhook is switched off.";
    OperationBuilder::new()
        .tag("webhook")
        .operation_id(Some(id))
        .summary(Some(summary))
        .description(Some(about))
        .parameters(Some(HEADERS.map(header)))
        .request_body(Some(body(kind)))
        .response("2XX", ResponseBuilder::new().description("The event was accepted.").build())
        .response(
            "410",
            ResponseBuilder::new().description("Switches the webhook off at once.").build(),
        )
        .build()
}

fn header((name, schema, about): (&str, Type, &str)) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(Object::with_type(schema)))
        .build()
}

fn body(kind: EventType) -> RequestBody {
    let data = match kind.status() {
        Some(status) => json!({ "id": "01990d2c-6a3e-7c51-9d0b-2f6c1a7be001", "status": status }),
        None => json!({}),
    };
    let example = json!({ "type": kind, "timestamp": "2026-11-21T12:01:00.000Z", "data": data });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("WebhookEvent")))
        .example(Some(example))
        .build();
    RequestBodyBuilder::new()
        .content("application/json", content)
        .required(Some(Required::True))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_contract::WebhookEvent;

    #[test]
    fn every_type_of_event_is_described_with_an_example() {
        let mut document = OpenApi::default();
        Webhooks.modify(&mut document);
        let webhooks = serde_json::to_value(document.webhooks).unwrap();
        for kind in EventType::ALL {
            let content = &webhooks[kind.as_str()]["post"]["requestBody"]["content"];
            let example = content["application/json"]["example"].clone();
            let event: WebhookEvent = serde_json::from_value(example.clone()).unwrap();
            assert_eq!((event.kind, event.data.status), (kind, kind.status()));
            assert_eq!(serde_json::to_value(event).unwrap(), example);
        }
    }
}
