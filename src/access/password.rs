//! Passwords: argon2id off the event loop, few at a time, and what makes one good enough.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization as _;

use crate::config::PasswordCost;
use crate::web::Error;

/// Shortest password, in characters (ASVS 6.2.1; NIST SP 800-63B rev. 4 advises more, a second factor follows).
pub const SHORTEST: usize = 12;
/// The same beside the field.
pub const HINT: &str = "At least 12 characters. A few unrelated words are easy to remember";
/// Longest password, in characters: enough for any phrase, bounded against abuse.
pub const LONGEST: usize = 256;
/// Hashes waiting for their turn; who comes later is asked to wait.
const WAITING: usize = 50;

/// Something to compare with when there is no account, so that both answers take as long: random bytes in the form of a hash
/// of [`PasswordCost::FLOOR`].
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Nd82QQA89xJBu/o7GNeFyw$4Ftrq19BeK5S8UvLuLBKo3GpJWrRqsXQVwT4RV0Xb1k";

/// One keyboard writes `ẹ̀` as a letter with its marks, another as letter and marks apart: for the person it is one password
/// (NIST SP 800-63B rev. 4, 3.1.1.2, which asks for this form).
fn in_one_form(password: &str) -> String {
    password.nfkc().collect()
}

fn hash_now(cost: PasswordCost, password: &str) -> Result<String, argon2::password_hash::Error> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = SaltString::generate(&mut OsRng);
    Ok(hasher.hash_password(in_one_form(password).as_bytes(), &salt)?.to_string())
}

type Task = Box<dyn FnOnce() + Send>;

/// The threads that hash: half the cores, so that everybody else keeps one. They are always the same, so the memory that a
/// hash fills is used again instead of staying behind in every thread of a pool.
static HASHERS: LazyLock<SyncSender<Task>> = LazyLock::new(|| {
    let (send, receive) = sync_channel::<Task>(WAITING);
    let receive = Arc::new(Mutex::new(receive));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..cores.div_ceil(2) {
        let receive = Arc::clone(&receive);
        std::thread::spawn(move || hash_one_after_the_other(&receive));
    }
    send
});

/// A storm of sign-ins is slowed down rather than the clinic: with the next one waiting already, a thread rests as long as
/// it has worked.
fn hash_one_after_the_other(tasks: &Mutex<Receiver<Task>>) {
    let tasks = || tasks.lock().unwrap_or_else(PoisonError::into_inner);
    let mut next = tasks().recv().ok();
    while let Some(task) = next {
        let began = Instant::now();
        task();
        let worked = began.elapsed();
        let waiting = tasks().try_recv();
        next = match waiting {
            Ok(waiting) => {
                std::thread::sleep(worked);
                Some(waiting)
            }
            Err(TryRecvError::Empty) => tasks().recv().ok(),
            Err(TryRecvError::Disconnected) => None,
        };
    }
}

async fn off_the_loop<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let (answer, answered) = oneshot::channel();
    let task: Task = Box::new(move || {
        // Whoever asked may be gone by now.
        let _ = answer.send(work());
    });
    HASHERS.try_send(task).map_err(|_| Error::TooMany(5))?;
    answered.await.map_err(Error::internal)
}

/// Whether a stored hash was made at less than `cost`.
pub fn is_weaker(cost: PasswordCost, stored: &str) -> bool {
    let number = |name| {
        PasswordHash::new(stored).ok().and_then(|hash| hash.params.get_decimal(name)).unwrap_or_default()
    };
    number("m") < cost.memory_kib || number("t") < cost.passes
}

/// The hash to store, as a PHC string.
pub async fn hash(cost: PasswordCost, password: &str) -> Result<String, Error> {
    let password = password.to_owned();
    off_the_loop(move || hash_now(cost, &password)).await?.map_err(Error::internal)
}

/// The hash to store, computed here and now; for the command line and tests.
pub fn hash_blocking(cost: PasswordCost, password: &str) -> Result<String, String> {
    hash_now(cost, password).map_err(|error| error.to_string())
}

/// Whether the password is the one of `stored`. Without a stored hash it takes as long and says no.
pub async fn verify(password: &str, stored: Option<String>) -> Result<bool, Error> {
    let password: String = in_one_form(password).chars().take(LONGEST).collect();
    off_the_loop(move || {
        let known = stored.is_some();
        let right = PasswordHash::new(stored.as_deref().unwrap_or(NOBODY))
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        right && known
    })
    .await
}

/// Why a password is not good enough, in words for the person; `about` are words that must not carry it (name, number).
pub fn weakness(password: &str, about: &[&str]) -> Option<String> {
    let password = in_one_form(password);
    let password = password.as_str();
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(format!(
            "Use at least {SHORTEST} characters. A few words in a row are easy to remember"
        ));
    }
    if length > LONGEST {
        return Some(format!("Use at most {LONGEST} characters"));
    }
    // The estimate folds the password but not these words.
    let about: Vec<String> = about
        .iter()
        .flat_map(|words| words.split_whitespace().chain([*words]))
        .filter(|word| word.chars().count() > 2)
        .map(str::to_lowercase)
        .collect();
    let mut words: Vec<&str> = about.iter().map(String::as_str).collect();
    words.extend(["infirmary", "clinic", "unilorin", "ilorin"]);
    let estimate = zxcvbn::zxcvbn(password, &words);
    (u8::from(estimate.score()) < 3 || is_carried_by(password, &words)).then(|| {
        "This password is easy to guess. Use a few unrelated words, not names or numbers of yours".to_owned()
    })
}

/// Whether little is left of a password without these words; the estimate rewards repeating them.
fn is_carried_by(password: &str, words: &[&str]) -> bool {
    const LEFT: usize = 6;
    let mut longest_first = words.to_vec();
    longest_first.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = longest_first.iter().fold(password.to_lowercase(), |rest, word| rest.replace(word, ""));
    rest != password.to_lowercase() && rest.chars().filter(|c| c.is_alphanumeric()).count() < LEFT
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: PasswordCost = PasswordCost::FLOOR;

    #[test]
    fn the_hint_tells_the_shortest_password() {
        assert!(HINT.contains(&format!("At least {SHORTEST} characters")));
    }

    #[test]
    fn a_password_of_common_or_own_words_is_refused() {
        for weak in [
            "short",
            "password123",
            "1234567890",
            "qwertyuiop",
            "Adaeze2019",
            "ADAEZEokafor",
            "19/52HA001",
            "19/52ha001!",
            "unilorin2026",
            "Adaeze adaeze adaeze",
        ] {
            assert!(weakness(weak, &["Adaeze Okafor", "19/52HA001"]).is_some(), "{weak}");
        }
        for good in [
            "yam pottage on fridays",
            "  leading blanks count too ",
            "ẹ kú àárọ̀ gbogbo yín",
            "🥭🍍🥥🍌🍊🍋🥝🍇🍉🍈🍒🍑",
        ] {
            assert_eq!(weakness(good, &["Ada"]), None, "{good}");
        }
    }

    #[tokio::test]
    async fn a_password_is_the_same_whichever_way_a_keyboard_writes_its_marks() {
        let composed: String = "ẹ kú àárọ̀ gbogbo yín".nfc().collect();
        let apart: String = composed.nfd().collect();
        assert_ne!(composed, apart);
        for (chosen, typed) in [(&composed, &apart), (&apart, &composed)] {
            let stored = hash_now(FLOOR, chosen).expect("hashes");
            assert!(verify(typed, Some(stored.clone())).await.expect("answers"));
            assert!(!verify("e ku aaro gbogbo yin", Some(stored)).await.expect("answers"));
        }
    }

    #[test]
    fn a_hash_names_its_parameters_and_they_meet_the_floor() {
        let hash = hash_now(FLOOR, "yam pottage on fridays").expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_weaker(FLOOR, &hash));
        let weaker = [hash.replace("m=19456", "m=4096"), hash.replace("t=2", "t=1")];
        assert!(weaker.iter().all(|hash| is_weaker(FLOOR, hash)));
    }

    #[test]
    fn whoever_has_no_account_is_compared_by_the_same_work_as_all_others() {
        let (hash, nobody) = (hash_now(FLOOR, "yam pottage on fridays").expect("hashes"), NOBODY);
        let (hash, nobody) =
            (PasswordHash::new(&hash).expect("reads"), PasswordHash::new(nobody).expect("reads"));
        assert_eq!(
            (nobody.algorithm, nobody.version, &nobody.params),
            (hash.algorithm, hash.version, &hash.params)
        );
        let length =
            |one: &PasswordHash<'_>| (one.salt.map(|salt| salt.len()), one.hash.map(|hash| hash.len()));
        assert_eq!(length(&nobody), length(&hash));
    }
}
