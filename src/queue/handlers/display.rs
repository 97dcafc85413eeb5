//! The screen of the waiting room: pairing, what it shows, the calls it plays. It knows no session and no name.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::access::throttle::{self, Verdict};
use crate::app::App;
use crate::queue::model::{LineRules, announcement, line};
use crate::queue::store::displays::{self as store, Display};
use crate::queue::store::lines::{self, InLine};
use crate::queue::views::display::{
    PairingPage, PairingPart, Screen, ScreenPage, ScreenPart, Upcoming, spaced,
};
use crate::web::submission::see_other;
use crate::web::{Answer, Error, Page, html, paths};

/// How long a pairing code works.
const PAIRING: TimeDelta = TimeDelta::minutes(10);
/// New codes that one address gets without delay.
const FREE: i64 = 10;
/// Letters and digits that cannot be taken for each other.
const ALPHABET: &[u8] = b"ACDEFGHJKLMNPRTUVWXY34679";

fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-display" } else { "display" }
}

fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The screen that carries the cookie of a request, paired or waiting to be.
pub async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Display>, Error> {
    let name = cookie_name(app.config.is_https());
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let secret = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| digest(value));
    let Some(secret) = secret else { return Ok(None) };
    let now = app.clock.now();
    let display = store::by_credential(&app.db, &secret).await?;
    Ok(display.filter(|display| {
        display.paired_at.is_some() || display.pairing_expires_at.is_some_and(|until| until > now)
    }))
}

/// The screen, or the code to pair it.
pub async fn show(State(app): State<App>, page: Page, headers: HeaderMap) -> Answer {
    let Some(display) = of(&app, &headers).await? else { return introduce(&app, page).await };
    if display.paired_at.is_none() {
        let (code, minutes) = code_of(&display, &page);
        return html(PairingPage { page, code, minutes });
    }
    let stale = display.seen_at.is_none_or(|at| page.now - at >= TimeDelta::minutes(1));
    if stale {
        store::touch(&app.db, display.id, page.now).await?;
    }
    let played = store::newest_call(&app.db, page.today()).await?;
    let screen = screen(&app, &page, &display).await?;
    html(ScreenPage { page, screen, played })
}

fn code_of(display: &Display, page: &Page) -> (String, i64) {
    let left = display.pairing_expires_at.map_or(0, |until| (until - page.now).num_minutes() + 1);
    (spaced(display.pairing_code.as_deref().unwrap_or_default()), left.min(PAIRING.num_minutes()))
}

/// Gives an unknown screen its secret and a code to show. The secret becomes its credential once the code is entered.
async fn introduce(app: &App, page: Page) -> Answer {
    let buckets = throttle::form_bucket("display", &page.doer().address, FREE);
    if let Verdict::Refused { seconds } = throttle::charge(app, &buckets).await? {
        return Err(Error::TooMany(seconds.unwrap_or(3_600).unsigned_abs()));
    }
    let secret = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    let mut code = String::new();
    for _ in 0..6 {
        code.push(char::from(ALPHABET[rand::random_range(0..ALPHABET.len())]));
    }
    let mut tx = app.db.begin().await?;
    store::insert_waiting(&mut tx, &digest(&secret), &code, page.now + PAIRING, page.now).await?;
    tx.commit().await?;
    let https = app.config.is_https();
    let secure = if https { "; Secure" } else { "" };
    let name = cookie_name(https);
    let cookie = format!("{name}={secret}; Path=/; Max-Age=315360000; HttpOnly; SameSite=Lax{secure}");
    let mut response = html(PairingPage { page, code: spaced(&code), minutes: PAIRING.num_minutes() })?;
    let cookie = HeaderValue::from_str(&cookie).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Which part is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pairing: String,
    after: i64,
}

/// What the screen shows now. A screen that was paired or revoked meanwhile opens its page anew.
pub async fn part(
    State(app): State<App>,
    page: Page,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let Some(display) = of(&app, &headers).await? else { return Ok(anew(&headers)) };
    match (display.paired_at.is_some(), asked.pairing.is_empty()) {
        (true, true) => {
            let screen = screen(&app, &page, &display).await?;
            html(ScreenPart { page, screen })
        }
        (false, false) => {
            let (code, minutes) = code_of(&display, &page);
            html(PairingPart { code, minutes })
        }
        (true, false) | (false, true) => Ok(anew(&headers)),
    }
}

fn anew(headers: &HeaderMap) -> Response {
    if headers.contains_key("hx-request") {
        return (StatusCode::NO_CONTENT, [("HX-Redirect", paths::queue::SCREEN)]).into_response();
    }
    see_other(paths::queue::SCREEN)
}

async fn screen(app: &App, page: &Page, display: &Display) -> Result<Screen, Error> {
    let calls = store::calling(&app.db, display.id, page.today(), 4).await?;
    let points = store::points_of(&app.db, display.id).await?;
    let waiting = lines::waiting_everywhere(&app.db).await?;
    let rules = LineRules::of(&page.clinic);
    let upcoming = |point: store::Shown| {
        let here: Vec<&InLine> = waiting.iter().filter(|entry| entry.point_id == point.id).collect();
        let in_a_row = u32::try_from(point.booked_in_a_row).unwrap_or(0);
        let placed = line(here.iter().map(|entry| entry.waiting()).collect(), page.now, &rules, in_a_row);
        let token = |id| here.iter().find(|entry| entry.id == id).map(|entry| entry.token.clone());
        let tokens = placed.iter().take(3).filter_map(|placed| token(placed.entry.id)).collect();
        Upcoming { name: point.public_name, tokens, paused: point.paused.then_some(point.pause_reason) }
    };
    Ok(Screen { calls, points: points.into_iter().map(upcoming).collect() })
}

/// The calls after one, in their order, as the screen says them. None is left out, however quickly they came (U10).
pub async fn announcements(
    State(app): State<App>,
    page: Page,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let display =
        of(&app, &headers).await?.filter(|display| display.paired_at.is_some()).ok_or(Error::NotFound)?;
    let calls = store::calls_after(&app.db, display.id, page.today(), asked.after).await?;
    let last = calls.last().map_or(asked.after, |call| call.id);
    let calls: Vec<_> = calls
        .iter()
        .map(|call| {
            json!({ "id": call.id, "token": call.token, "place": call.place,
                    "say": announcement(&call.token, &call.place) })
        })
        .collect();
    let body = json!({ "last": last, "calls": calls }).to_string();
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}
