//! Event streams: each carries topics only; the browser reads the fragment again with its own rights.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::seats::Seat;
use crate::access::model::SignInId;
use crate::access::session;
use crate::app::App;
use crate::live::Topic;

/// On whose behalf a stream runs; asked again every [`CHECK`] and whenever that account changes.
#[derive(Debug, Clone, Copy)]
pub enum Watcher {
    /// Whoever holds the slip of this visit, while that is open.
    Slip(i64),
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
    seat: Seat,
    stage: Stage,
}

/// How far a stream has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was said yet.
    New,
    /// It goes on.
    Open,
    /// There is nothing more to come; that is still to be said.
    Over,
    /// It was said.
    Said,
}

/// Seconds after which a stream that found no seat may ask again.
const LATER: HeaderValue = HeaderValue::from_static("30");

/// A stream of the topics that concern the watcher. It begins with `all`, so a reconnect heals whatever was missed. With
/// all seats taken there is none; the page then asks by itself from time to time.
pub fn stream(app: &App, topics: Vec<Topic>, watcher: Watcher) -> Response {
    let Some(seat) = app.seats.take(watcher) else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, LATER)]).into_response();
    };
    let mut tick = interval_at(Instant::now() + CHECK, CHECK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let heard = app.live.listen();
    let watching = Watching { app: app.clone(), topics, watcher, heard, tick, seat, stage: Stage::New };
    answer(Sse::new(events(watching)).keep_alive(KeepAlive::new().interval(CHECK)))
}

/// The stream of something that does not change any more: it says so, and the page does not ask again.
pub fn over() -> Response {
    answer(Sse::new(stream::iter([Ok::<_, Infallible>(last_word())])))
}

fn last_word() -> Event {
    Event::default().event("over").data("over")
}

fn answer(events: impl IntoResponse) -> Response {
    let mut response = events.into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn events(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(watching, |mut watching| async move {
        if watching.stage == Stage::New {
            watching.stage = Stage::Open;
            let hello = Event::default().event("changed").data("all").retry(Duration::from_millis(
                2_000 + u64::from(rand::random::<u16>()) * 3_000 / u64::from(u16::MAX),
            ));
            return Some((Ok(hello), watching));
        }
        match watching.stage {
            Stage::Said => return None,
            Stage::Over => watching.stage = Stage::Said,
            Stage::New | Stage::Open => {
                let topic = watching.next().await?;
                return Some((Ok(Event::default().event("changed").data(topic)), watching));
            }
        }
        Some((Ok(last_word()), watching))
    })
}

impl Watching {
    /// Waits for something that concerns the watcher; none when the stream ends.
    async fn next(&mut self) -> Option<String> {
        loop {
            let (stop, given_up) = (self.app.clone(), self.seat.given_up.clone());
            tokio::select! {
                () = stop.stop.cancelled() => return None,
                () = given_up.cancelled() => return None,
                _ = self.tick.tick() => {
                    if !self.goes_on().await {
                        return None;
                    }
                    let word = if self.stage == Stage::Over { "all" } else { "still" };
                    return Some(word.to_owned());
                }
                heard = self.heard.recv() => match heard {
                    Ok(topics) => {
                        if self.concerns_rights(&topics) && !self.goes_on().await {
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
            (Watcher::Slip(visit), Topic::Visit(changed)) => visit == changed,
            _ => false,
        })
    }

    /// Whether the stream has something more to say. The end of a visit is told before its stream ends: the page shows it.
    async fn goes_on(&mut self) -> bool {
        if self.may_go_on().await {
            return true;
        }
        self.stage = Stage::Over;
        matches!(self.watcher, Watcher::Slip(_))
    }

    /// A database that cannot be asked ends nobody's stream.
    async fn may_go_on(&self) -> bool {
        match self.watcher {
            Watcher::Slip(id) => crate::queue::visit_is_open(&self.app, id).await.unwrap_or(true),
            Watcher::SignIn(id, _) => session::actor_of(&self.app, id)
                .await
                .map_or(true, |actor| actor.is_some_and(|actor| !actor.locked)),
            Watcher::Display(id) => crate::queue::display_is_paired(&self.app, id).await.unwrap_or(true),
        }
    }
}
