//! `GET /docs`: the OpenAPI document as a page to read: plain HTML and one style sheet, without scripts
//! or external resources.

use super::CACHED;
use crate::{openapi::LazyDocument, problem::ApiError};
use axum::{
    Extension,
    http::header,
    response::{Html, IntoResponse},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{fmt::Write, sync::Arc};

const STYLE: &str = include_str!("docs.css");

/// Writes to a string, which cannot fail.
macro_rules! put {
    ($html:ident, $($text:tt)*) => {
        let _ = write!($html, $($text)*);
    };
}

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

#[utoipa::path(
    get, path = "/docs", tag = "service", operation_id = "docs",
    summary = "This description as a page to read",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
pub(crate) async fn page(
    Extension(document): Extension<Arc<LazyDocument>>,
) -> Result<impl IntoResponse, ApiError> {
    let html = html(&serde_json::to_value(&**document)?);
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok(([CACHED], headers, Html(html)))
}

/// Writes an OpenAPI document as a page.
fn html(document: &Value) -> String {
    let mut html = String::new();
    let title = escaped(text(&document["info"]["title"]));
    let about = prose(text(&document["info"]["description"]));
    let version = escaped(text(&document["info"]["version"]));
    put!(
        html,
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style>\
         <h1>{title} <small>{version}</small></h1><p>{about} <a href=openapi.json>openapi.json</a> \
         is the same for programs."
    );
    let operations = operations(document);
    html.push_str("<table>");
    for operation in &operations {
        let DocumentedOperation { method, path, value } = operation;
        let (id, summary) = (text(&value["operationId"]), prose(text(&value["summary"])));
        put!(html, "<tr><td><a href=#{id}><code>{method} {path}</code></a><td>{summary}");
    }
    html.push_str("</table>");
    for operation in &operations {
        section(&mut html, document, operation);
    }
    html.push_str("<h2>Types</h2>");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        put!(html, "<h3 id={name}>{name}</h3><p>{}", prose(text(&schema["description"])));
        fields(&mut html, schema);
    }
    html
}

struct DocumentedOperation<'a> {
    method: String,
    path: &'a str,
    value: &'a Value,
}

/// Returns all operations in the order of their tags.
fn operations(document: &Value) -> Vec<DocumentedOperation<'_>> {
    let mut all: Vec<_> = entries(&document["paths"])
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                Some(DocumentedOperation {
                    method: method.to_uppercase(),
                    path,
                    value: item.get(*method)?,
                })
            })
        })
        .collect();
    let tags: Vec<_> = array(&document["tags"]).iter().map(|tag| &tag["name"]).collect();
    all.sort_by_key(|operation| tags.iter().position(|tag| **tag == operation.value["tags"][0]));
    all
}

fn section(html: &mut String, document: &Value, operation: &DocumentedOperation<'_>) {
    let DocumentedOperation { method, path, value } = operation;
    let id = text(&value["operationId"]);
    let anyone = if value["security"].is_null() { " <small>public</small>" } else { "" };
    put!(
        html,
        "<h2 id={id}><code>{method} {path}</code>{anyone}</h2><p><b>{}.</b> {}",
        prose(text(&value["summary"])),
        prose(text(&value["description"]))
    );
    let parameters = array(&value["parameters"]);
    if !parameters.is_empty() {
        html.push_str("<h3>Parameters</h3><table>");
        for parameter in parameters {
            put!(
                html,
                "<tr><td><code>{}</code><td>{}, {}<td>{}",
                escaped(text(&parameter["name"])),
                text(&parameter["in"]),
                kind(&parameter["schema"]),
                prose(text(&parameter["description"]))
            );
        }
        html.push_str("</table>");
    }
    let body = &value["requestBody"];
    if !body.is_null() {
        let needed = if body["required"] == true { "" } else { " <small>optional</small>" };
        put!(html, "<h3>Body{needed}</h3>");
        contents(html, document, body);
    }
    html.push_str("<h3>Answers</h3>");
    for (status, response) in entries(&value["responses"]) {
        let about = prose(text(&response["description"]));
        put!(html, "<details><summary><b>{status}</b> {about}</summary>");
        contents(html, document, response);
        html.push_str("</details>");
    }
}

/// Writes the content types of a body, each with its schema and examples.
fn contents(html: &mut String, document: &Value, body: &Value) {
    for (name, content) in entries(&body["content"]) {
        let schema = &content["schema"];
        put!(html, "<p><code>{name}</code>: {}", kind(schema));
        let mut examples: Vec<_> =
            entries(&content["examples"]).map(|(_, example)| &example["value"]).collect();
        examples.extend(content.get("example"));
        if examples.is_empty() {
            let named = resolved(document, schema);
            examples.extend(named.into_iter().flat_map(|schema| array(&schema["examples"])));
        }
        for example in examples {
            put!(html, "<pre>{}</pre>", escaped(&format!("{example:#}")));
        }
    }
}

fn resolved<'a>(document: &'a Value, schema: &Value) -> Option<&'a Value> {
    document.pointer(schema["$ref"].as_str()?.strip_prefix('#')?)
}

/// Writes the fields of a type, or its kind if it has no fields. The rules between the options of an
/// extraction are left out, because the type's description states them.
fn fields(html: &mut String, schema: &Value) {
    let parts = parts(schema).filter(|part| part["anyOf"].is_null());
    let properties = &schema["properties"];
    if properties.is_null() && schema["allOf"].is_null() && schema["oneOf"].is_null() {
        put!(html, "<p>{}", kind(schema));
    }
    for (index, part) in parts.enumerate() {
        if index > 0 && schema["oneOf"].is_array() {
            html.push_str("<p>or");
        }
        fields(html, part);
    }
    if properties.is_object() {
        html.push_str("<table>");
        for (field, about) in entries(properties) {
            let needed = array(&schema["required"]).iter().any(|name| name == field);
            put!(
                html,
                "<tr><td><code>{field}</code>{}<td>{}<td>{}",
                if needed { "" } else { " <small>optional</small>" },
                kind(about),
                description(about)
            );
        }
        html.push_str("</table>");
    }
}

/// Returns the schemas that a schema is composed of.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| array(&schema[key]))
}

/// Returns a schema's description. A nullable field has the description of its other alternative.
fn description(schema: &Value) -> String {
    let own = std::iter::once(schema).chain(parts(schema));
    own.map(|schema| prose(text(&schema["description"])))
        .find(|about| !about.is_empty())
        .unwrap_or_default()
}

/// Describes a schema in a few words, with links to the types that it names.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=#{name}>{name}</a>");
    }
    let several: Vec<_> = parts(schema).filter(|part| part["type"] != "null").map(kind).collect();
    if !several.is_empty() {
        return several.join(" or ");
    }
    let values: Vec<_> = array(&schema["enum"]).iter().map(|value| code(text(value))).collect();
    if !values.is_empty() {
        return values.join(", ");
    }
    if schema["items"].is_object() {
        return format!("list of {}", kind(&schema["items"]));
    }
    let name = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).find(|name| *name != "null"),
        name => name.as_str(),
    };
    let format = match text(&schema["format"]) {
        name @ ("uuid" | "date-time") => format!(" ({name})"),
        _ => String::new(),
    };
    let limits = ["minimum", "maximum"].map(|key| schema[key].as_f64().map(|n| n.to_string()));
    let limits = match limits {
        [Some(least), Some(most)] => format!(", {least} to {most}"),
        _ => String::new(),
    };
    let examples: Vec<_> = array(&schema["examples"]).iter().map(|one| code(text(one))).collect();
    let examples = match name {
        Some("string") if !examples.is_empty() => format!(", such as {}", examples.join(", ")),
        _ => String::new(),
    };
    format!("{}{format}{limits}{examples}", name.unwrap_or("anything"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Renders the only Markdown that our descriptions use: names between backquotes.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { escaped(part) }).collect()
}
