//! Streams in the stories: what a page that stays open hears.

use std::time::Duration;

use super::Browser;

/// An open stream.
pub struct Watching(reqwest::Response);

/// Opens one.
pub async fn watch(browser: &Browser, path: &str) -> Watching {
    let answer = browser.request(reqwest::Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    Watching(answer)
}

impl Watching {
    /// What comes next within two seconds; none when the stream has ended.
    pub async fn hears(&mut self) -> Option<String> {
        let next = tokio::time::timeout(Duration::from_secs(2), self.0.chunk()).await;
        let next = next.expect("nothing was heard for two seconds");
        next.ok().flatten().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Whether the stream goes on and nothing is heard for a moment.
    pub async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(300), self.0.chunk()).await.is_err()
    }

    /// Waits for a topic.
    pub async fn hears_of(&mut self, topic: &str) {
        loop {
            let heard = self.hears().await.expect("the stream ended");
            if heard.contains(topic) {
                return;
            }
        }
    }
}
