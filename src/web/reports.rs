//! What browsers report of the content policy: a page that tried what it may not, or one that was tampered with.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::routes::{Access, Routes};
use super::security::REPORTS;
use crate::app::App;

/// Reports of one minute that are written down: a page that breaks the policy does so at every visit.
const MOST: i64 = 20;
/// Letters of a fact that are written down.
const LINE: usize = 120;

/// The minute and how many reports came in it.
static COUNTED: AtomicI64 = AtomicI64::new(0);

/// The address of the policy's reports.
pub fn routes() -> Routes {
    Routes::new("web").post(REPORTS, Access::Public, take)
}

/// Writes a report into the log. It names the rule, the page without its ids, and what was blocked without its path: none of
/// it is about anybody's health.
async fn take(State(app): State<App>, body: Bytes) -> StatusCode {
    let report: Option<Value> = serde_json::from_slice(&body).ok();
    let Some(report) = report.as_ref().and_then(|all| all.get("csp-report")) else {
        return StatusCode::BAD_REQUEST;
    };
    if is_counted(app.clock.now().timestamp() / 60) {
        let fact = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
        let page = place(fact("document-uri"), true);
        let blocked = place(fact("blocked-uri"), false);
        let rule: String = fact("violated-directive").chars().take(LINE).collect();
        tracing::warn!(rule, page, blocked, "a page broke the content policy");
    }
    StatusCode::NO_CONTENT
}

/// Whether one more of this minute is written down.
fn is_counted(minute: i64) -> bool {
    let first = minute * 1_000;
    let before = COUNTED
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |was| Some(was.max(first).saturating_add(1)))
        .unwrap_or_default();
    before.max(first) - first < MOST
}

/// The path of an own page with stars for digits, or the origin of anything else.
fn place(address: &str, own: bool) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (origin, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let word = if own { path } else { origin };
    word.chars().take(LINE).map(|letter| if own && letter.is_ascii_digit() { '*' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_no_id_and_no_path_of_others() {
        assert_eq!(
            place("https://clinic.example/patients/17/timeline?what=note", true),
            "/patients/**/timeline"
        );
        assert_eq!(place("https://evil.example/steal?name=Ada", false), "evil.example");
        assert_eq!((place("inline", false), place("", true)), ("inline".to_owned(), String::new()));
        assert_eq!(place(&"x".repeat(4_000), false).len(), LINE);
    }

    #[test]
    fn a_flood_of_reports_fills_no_log() {
        let minute = 29_000_000;
        let written = (0..100).filter(|_| is_counted(minute)).count();
        assert_eq!(written as i64, MOST);
        assert!(is_counted(minute + 1), "the next minute has its own");
    }
}
