//! The delays between the attempts of a delivery, the first six of the schedule that the Standard Webhooks
//! specification gives as an example: 17 hours and 35 minutes in total.

use jiff::SignedDuration;

/// The delay after each failed attempt. A failure after the last one is final. SQS hides a message for at
/// most 12 hours.
const DELAYS: [SignedDuration; 6] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
];

/// Returns the delay after an attempt that failed and before which there were `tries` others, or `None` if it
/// was the last.
pub(crate) fn after(tries: u32) -> Option<SignedDuration> {
    DELAYS.get(usize::try_from(tries).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_end() {
        let delays: Vec<_> = (0..).map_while(after).map(|delay| delay.as_secs()).collect();
        assert_eq!(delays, [5, 300, 1800, 7200, 18_000, 36_000]);
        assert!(delays.iter().all(|delay| *delay <= 12 * 60 * 60));
    }
}
