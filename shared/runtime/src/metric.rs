//! Counters in CloudWatch's embedded metric format: a JSON line in the log becomes a metric, with no
//! call that could fail or take time.

use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Adds one to the counter `name` of this function.
pub fn count(name: &str) {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    println!("{}", line(name, &function, since_1970.as_millis()));
}

fn line(name: &str, function: &str, millis: u128) -> Value {
    json!({
        "_aws": {
            "Timestamp": millis as u64,
            "CloudWatchMetrics": [{
                "Namespace": "framezip",
                "Dimensions": [["FunctionName"]],
                "Metrics": [{ "Name": name, "Unit": "Count" }],
            }],
        },
        "FunctionName": function,
        name: 1,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_counted_name_stands_where_the_format_says() {
        let line = super::line("UnparsableMessages", "extract", 5);
        assert_eq!(line["UnparsableMessages"], 1);
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"],
            "UnparsableMessages"
        );
    }
}
