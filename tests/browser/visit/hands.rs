//! Somebody at a keyboard without a mouse, whose presses are counted; and the phone, whose answers are timed.

use std::time::{Duration, Instant};

use fantoccini::key::Key;
use infirmary::queue::model::PointId;
use infirmary::web::paths::queue as at;

use crate::support::chromium::Window;

/// Somebody at a keyboard without a mouse.
pub struct Hands<'a> {
    pub window: &'a Window,
    pub presses: usize,
}

impl<'a> Hands<'a> {
    /// Rested hands at a window.
    pub fn at(window: &'a Window) -> Self {
        Hands { window, presses: 0 }
    }

    /// Types at whatever has the focus; a part of the page that was renewed in this moment gave it to its successor.
    pub async fn text(&mut self, words: &str) {
        for tries in 0.. {
            match self.window.page.active_element().await.unwrap().send_keys(words).await {
                Ok(()) => break,
                Err(error) if tries < 5 && error.is_stale_element_reference() => {}
                Err(error) => panic!("{words:?}: {error}"),
            }
        }
        self.presses += 1;
    }

    pub async fn key(&mut self, key: Key) {
        self.text(&char::from(key).to_string()).await;
    }

    pub async fn with(&mut self, modifier: Key, letter: char) {
        self.text(&format!("{}{letter}", char::from(modifier))).await;
    }

    /// Tab until a script says that this is it.
    pub async fn tab_until(&mut self, there: &str) {
        let script = format!("const here = document.activeElement; return {there};");
        for _ in 0..70 {
            if self.window.page.execute(&script, vec![]).await.is_ok_and(|found| found == true) {
                return;
            }
            self.key(Key::Tab).await;
        }
        panic!("the Tab key never reached {there}");
    }

    pub async fn tab_to(&mut self, id: &str) {
        self.tab_until(&format!("here.id === '{id}'")).await;
    }

    /// Waits until the focus stands somewhere, as a person sees it before typing on.
    pub async fn is_at(&self, id: &str) {
        for _ in 0..100 {
            if self.window.focused().await == id {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{} has the focus, not {id}", self.window.focused().await);
    }

    /// Goes to the board of a point, calls whoever is next there and begins; two presses.
    pub async fn call(&mut self, point: PointId, place: &str, phone: &mut Phone) {
        self.window.goto(&at::board(point)).await;
        let pressed = Instant::now();
        self.with(Key::Alt, 'n').await;
        phone.says(pressed, &format!("Go to {place}")).await;
        self.window.reads(".now", &format!("Called to {place}")).await;
        self.with(Key::Alt, 's').await;
        self.window.reads(".now", "With you since").await;
    }

    /// Types into a field that offers what fits, takes the first, and adds it.
    pub async fn pick(&mut self, words: &str, list: &str, offered: &str) {
        self.text(words).await;
        self.window.reads(list, offered).await;
        self.key(Key::Down).await;
        self.key(Key::Enter).await;
        self.key(Key::Enter).await;
    }
}

/// The student's phone: what it says, and how long after somebody pressed it says it.
pub struct Phone {
    pub window: Window,
    told: Vec<(Duration, String)>,
}

impl Phone {
    pub fn new(window: Window) -> Self {
        Phone { window, told: Vec::new() }
    }

    /// Waits until the own place reads like this; `pressed` is when somebody pressed for it.
    pub async fn says(&mut self, pressed: Instant, words: &str) {
        let script = "return (document.getElementById('place') || document.body).innerText";
        let mut last = String::new();
        while pressed.elapsed() < Duration::from_secs(40) {
            last = match self.window.page.execute(script, vec![]).await {
                Ok(text) => {
                    text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
                }
                Err(error) => error.to_string(),
            };
            if last.contains(words) {
                self.told.push((pressed.elapsed(), words.to_owned()));
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the phone never said {words:?}, at last {last:?}");
    }

    /// Half of what was told was there within a second from the press, and nothing took longer than a busy machine explains.
    pub fn was_told_in_time(&self, least: usize) {
        let mut told = self.told.clone();
        told.sort();
        eprintln!("from the press to the phone: {told:?}");
        assert!(told.len() >= least, "only {} were timed", told.len());
        let (middle, slowest) = (&told[told.len() / 2], &told[told.len() - 1]);
        assert!(middle.0 <= Duration::from_secs(1), "half of it took longer than {middle:?}");
        assert!(slowest.0 <= Duration::from_secs(3), "{slowest:?}");
    }
}
