//! Event streams: each carries topics only; the browser reads the fragment again with its own rights.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::access::model::SignInId;
use crate::access::session;
use crate::app::App;
use crate::live::Topic;

/// On whose behalf a stream runs; asked again every [`CHECK`] and whenever that account changes.
#[derive(Debug, Clone)]
pub enum Watcher {
    /// Anyone who knows the address (a slip's code).
    Public,
    /// A sign-in that must stay live, and its account.
    SignIn(SignInId, i64),
    /// A display that must stay paired.
    Display(i64),
}

/// How often a stream shows that it lives and asks whether it may go on.
const CHECK: Duration = Duration::from_secs(15);

struct Watching {
    app: App,
    topics: Vec<Topic>,
    watcher: Watcher,
    heard: Receiver<Arc<[Topic]>>,
    tick: tokio::time::Interval,
    greeted: bool,
}

/// A stream of the topics that concern the watcher. It begins with `all`, so a reconnect heals whatever was missed.
pub fn stream(app: &App, topics: Vec<Topic>, watcher: Watcher) -> Response {
    let mut tick = interval_at(Instant::now() + CHECK, CHECK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watching =
        Watching { app: app.clone(), topics, watcher, heard: app.live.listen(), tick, greeted: false };
    let mut response =
        Sse::new(events(watching)).keep_alive(KeepAlive::new().interval(CHECK)).into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn events(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(watching, |mut watching| async move {
        if !watching.greeted {
            watching.greeted = true;
            let hello = Event::default().event("changed").data("all").retry(Duration::from_millis(
                2_000 + u64::from(rand::random::<u16>()) * 3_000 / u64::from(u16::MAX),
            ));
            return Some((Ok(hello), watching));
        }
        let topic = watching.next().await?;
        Some((Ok(Event::default().event("changed").data(topic)), watching))
    })
}

impl Watching {
    /// Waits for something that concerns the watcher; none when the stream is over.
    async fn next(&mut self) -> Option<String> {
        loop {
            let stop = self.app.clone();
            tokio::select! {
                () = stop.stop.cancelled() => return None,
                _ = self.tick.tick() => {
                    if !self.may_go_on().await {
                        return None;
                    }
                    return Some("still".to_owned());
                }
                heard = self.heard.recv() => match heard {
                    Ok(topics) => {
                        if self.concerns_rights(&topics) && !self.may_go_on().await {
                            return None;
                        }
                        let mine = topics.iter().find(|topic| **topic == Topic::All || self.topics.contains(topic));
                        if let Some(topic) = mine {
                            return Some(topic.to_string());
                        }
                    }
                    Err(RecvError::Lagged(_)) => return Some("all".to_owned()),
                    Err(RecvError::Closed) => return None,
                }
            }
        }
    }

    fn concerns_rights(&self, topics: &[Topic]) -> bool {
        topics.iter().any(|topic| match (&self.watcher, topic) {
            (Watcher::SignIn(_, account), Topic::Account(changed)) => account == changed,
            (Watcher::Display(display), Topic::Display(changed)) => display == changed,
            _ => false,
        })
    }

    /// A database that cannot be asked ends nobody's stream.
    async fn may_go_on(&self) -> bool {
        match self.watcher {
            Watcher::Public => true,
            Watcher::SignIn(id, _) => session::actor_of(&self.app, id)
                .await
                .map_or(true, |actor| actor.is_some_and(|actor| !actor.locked)),
            Watcher::Display(id) => crate::queue::display_is_paired(&self.app, id).await.unwrap_or(true),
        }
    }
}
