//! The waiting room's screen in a real browser.

use infirmary::web::paths::queue as paths;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_pairs_shows_a_call_and_announces_it() {
    if !chromium::is_here() {
        return;
    }
    let clinic = Clinic::on_sqlite().await;
    let point = clinic.point("Consulting", "consulting").await;
    clinic.room(point, "Room 2").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let admin = clinic.administrator().await;
    clinic.walk_in("Ada Obi").await;
    let window = Window::open(&clinic, Device::Tv, true).await;
    window.goto(paths::SCREEN).await;
    window.reads("h1", "Connect this screen").await;
    let code = window.text(".pairing").await;
    let page = admin.get(paths::DISPLAYS).await;
    admin.submitted(&page, "#pair", &[("code", &code), ("name", "Waiting room")]).await.expect(200);

    // The paired screen begins by itself, without a sound until somebody allows it.
    window.reads("h1", "Now calling").await;
    window.reads(".calling", "Nobody is called yet").await;
    window.reads("#upcoming li", "A001").await;
    window.reads("#sound-state", "Sound is off").await;
    let heard = "window.heard = []; SpeechSynthesis.prototype.speak = (voice) => { window.heard.push(voice.text); setTimeout(() => voice.onend(), 50); }";
    window.page.execute(heard, vec![]).await.unwrap();
    window.press("#sound-on").await;
    window.reads("#sound-state", "Sound on").await;

    let board = doctor.get(&paths::board(point)).await;
    doctor.submitted(&board, "#call-next", &[]).await;
    window.reads(".calling .plate.fresh", "A001").await;
    window.reads(".calling .room", "Room 2").await;
    window.reads("[data-connection=live]", "Live").await;
    assert_eq!(clinic.count("select count(*) from announcement").await, 1);
    let said = "Token A, zero zero one. Room two.";
    let mut sentences = Vec::new();
    for _ in 0..60 {
        let list = window.page.execute("return window.heard", vec![]).await.unwrap();
        sentences = list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        if sentences.len() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(sentences, ["Sound is on.", said, said]);
    let size = "return parseFloat(getComputedStyle(document.querySelector('.calling .plate')).fontSize) / innerHeight";
    assert!(
        window.page.execute(size, vec![]).await.unwrap().as_f64().unwrap() >= 0.2,
        "read from ten metres"
    );
    window.close().await;
}
