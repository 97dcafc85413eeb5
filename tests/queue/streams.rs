//! What watchers hear.

use infirmary::web::paths::queue as paths;

use super::display::paired;
use crate::support::databases::Place;
use crate::support::streams::watch;
use crate::support::{Browser, Clinic, eventually};

async fn call(clinic: &Clinic, doctor: &Browser, point: infirmary::queue::model::PointId, name: &str) {
    clinic.walk_in(name).await;
    let op = format!("stream-call-{:016x}", rand::random::<u64>());
    doctor.post(&paths::calls(point), &[("op", &op)]).await.expect(303);
}

both! {
    async fn every_stream_begins_with_all_and_hears_its_topic(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let desk = clinic.receptionist().await;
        let (screen, _) = paired(&clinic, &[]).await;
        let ada = clinic.walk_in("Ada Obi").await;
        let phone = clinic.browser();
        let mut streams = vec![
            watch(&doctor, &paths::board_live(point)).await,
            watch(&desk, paths::ARRIVALS_LIVE).await,
            watch(&screen, paths::SCREEN_LIVE).await,
            watch(&phone, &paths::place_live(&ada.slip_code, point)).await,
        ];
        for stream in &mut streams {
            let first = stream.hears().await.unwrap();
            assert!(first.contains("data: all") && first.contains("retry:"), "{first}");
        }
        doctor.post(&paths::calls(point), &[("op", "0123456789abcdef")]).await.expect(303);
        let topics = [format!("point:{point}"), "arrivals".into(), "displays".into(), format!("{}", point)];
        for (stream, topic) in streams.iter_mut().zip(topics) {
            let heard = stream.hears().await.unwrap();
            assert!(heard.contains(&topic) || heard.contains("visit:"), "{heard}");
            assert!(!heard.contains("Obi"));
        }
        doctor.get("/queues/999/live").await.expect(404);
        clinic.browser().get(paths::SCREEN_LIVE).await.expect(404);
    }

    async fn a_revoked_screen_hears_nothing_more(clinic) {
        clinic.point("Triage", "triage").await;
        let (screen, admin) = paired(&clinic, &[]).await;
        let mut stream = watch(&screen, paths::SCREEN_LIVE).await;
        stream.hears_of("all").await;
        let page = admin.get(paths::DISPLAYS).await;
        admin.submit(&page, "form.revoke", &[]).await.expect(303);
        assert_eq!(stream.hears().await, None, "the stream ended at once");
    }

    async fn an_unpaired_screen_hears_of_its_pairing(clinic) {
        clinic.point("Triage", "triage").await;
        let screen = clinic.browser();
        let code = screen.get(paths::SCREEN).await.text(".pairing");
        let mut stream = watch(&screen, paths::SCREEN_LIVE).await;
        stream.hears_of("all").await;
        let admin = clinic.administrator().await;
        let page = admin.get(paths::DISPLAYS).await;
        admin.submit(&page, "#pair", &[("code", &code), ("name", "Hall")]).await.expect(303);
        stream.hears_of("display:").await;
        let part = format!("{}?pairing=yes", paths::SCREEN_NOW);
        let request = screen.request(reqwest::Method::GET, &part).header("hx-request", "true");
        let seen = screen.send(request, &part).await;
        assert_eq!(seen.headers["hx-redirect"], paths::SCREEN);
    }

    async fn of_nine_streams_of_one_slip_the_oldest_ends_and_the_newest_works(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (ada, ben) = (clinic.walk_in("Ada Obi").await, clinic.walk_in("Ben Eze").await);
        let phone = clinic.browser();
        let mut other = watch(&phone, &paths::place_live(&ben.slip_code, point)).await;
        other.hears_of("all").await;
        let mut streams = Vec::new();
        for _ in 0..9 {
            let mut stream = watch(&phone, &paths::place_live(&ada.slip_code, point)).await;
            stream.hears_of("all").await;
            streams.push(stream);
        }
        assert_eq!(streams[0].hears().await, None, "the oldest gave up its seat");
        doctor.post(&paths::calls(point), &[("op", "0123456789abcdef")]).await.expect(303);
        for stream in streams.iter_mut().skip(1).chain([&mut other]) {
            stream.hears_of("data: ").await;
        }
        // Who is gone needs no seat: the next one ends nobody's.
        streams.truncate(2);
        eventually(async || clinic.app.live.watchers() <= 4).await;
        watch(&phone, &paths::place_live(&ada.slip_code, point)).await.hears_of("all").await;
        assert!(streams[1].is_silent().await);
    }

    async fn a_slip_hears_the_end_of_its_visit_and_then_nothing_more(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let phone = clinic.browser();
        let address = paths::place_live(&ada.slip_code, point);
        let mut stream = watch(&phone, &address).await;
        stream.hears_of("all").await;
        let page = phone.get(&paths::place_leave(&ada.slip_code)).await;
        phone.submit(&page, "main form", &[]).await.expect(303);
        let mut told = String::new();
        while let Some(words) = stream.hears().await {
            told += &words;
        }
        assert!(told.contains("data: visit:") && told.trim_end().ends_with("data: over"), "{told}");
        // None is opened any more; a page that asks is told so at once.
        let mut late = watch(&phone, &address).await;
        assert!(late.hears().await.unwrap().contains("event: over"));
        assert_eq!(late.hears().await, None);
        assert!(!phone.get(&paths::place(&ada.slip_code)).await.has("[data-connection]"));
    }

    async fn streams_end_when_the_node_ends(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let mut streams = Vec::new();
        for _ in 0..20 {
            streams.push(watch(&doctor, &paths::board_live(point)).await);
        }
        for stream in &mut streams {
            stream.hears_of("all").await;
        }
        clinic.app.stop.cancel();
        for stream in &mut streams {
            assert_eq!(stream.hears().await, None);
        }
    }
}

/// Streams take three quarters of a node's connections and no more; pages are still served.
async fn crowded(clinic: Clinic) {
    let point = clinic.point("Triage", "triage").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let address = paths::board_live(point);
    let mut streams = Vec::new();
    for _ in 0..9 {
        streams.push(watch(&doctor, &address).await);
    }
    let refused = doctor.get(&address).await;
    assert_eq!(refused.expect(503).headers["retry-after"], "30");
    doctor.get(&paths::board(point)).await.expect(200);
    streams.clear();
    eventually(async || {
        let request = doctor.request(reqwest::Method::GET, &address).send();
        request.await.unwrap().status() == 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_leave_connections_for_pages_sqlite() {
    crowded(Clinic::narrow(Place::sqlite().await, 12).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_leave_connections_for_pages_postgres() {
    if let Some(place) = Place::postgres().await {
        crowded(Clinic::narrow(place, 12).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_one_node_reaches_watchers_of_the_other() {
    let Some(clinic) = Clinic::on_postgres().await else { return };
    let other = clinic.second_node().await;
    let point = clinic.point("Triage", "triage").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let (screen, _) = paired(&other, &[]).await;
    let watcher = other.browser();
    other.sign_in(&watcher, "dr nwosu").await;
    let mut board = watch(&watcher, &paths::board_live(point)).await;
    let mut shown = watch(&screen, paths::SCREEN_LIVE).await;
    board.hears_of("all").await;
    shown.hears_of("all").await;
    call(&clinic, &doctor, point, "Ada Obi").await;
    board.hears_of(&format!("point:{point}")).await;
    shown.hears_of("displays").await;
    assert_eq!(screen.get(paths::SCREEN_NOW).await.text(".calling .plate"), "A001");
}

both! {
    async fn twenty_watchers_see_the_truth_after_many_changes(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let mut streams = Vec::new();
        for _ in 0..20 {
            let mut stream = watch(&doctor, &paths::board_live(point)).await;
            stream.hears_of("all").await;
            streams.push(stream);
        }
        for number in 0..10 {
            call(&clinic, &doctor, point, &format!("Person N{number}")).await;
        }
        for stream in &mut streams {
            stream.hears_of(&format!("point:{point}")).await;
        }
        let board = doctor.get(&paths::board_part(point)).await;
        assert_eq!(board.texts(".now > .plate").len(), 10);
    }
}
