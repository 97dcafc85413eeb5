//! Two who decide for one patient at once: the second sees what the first wrote (rule P2).

use futures::join;
use infirmary::prescribing::model::LineState;

use crate::support::{AMOXICILLIN, Clinic, IBUPROFEN, Room};

const ROUNDS: usize = 5;

/// A patient whom two doctors see.
async fn two_rooms(clinic: &Clinic, first: &Room, second: &Room, name: &str) -> (Room, Room) {
    let (patient, visit) = clinic.is_examined(name, first.doctor).await;
    clinic.states_no_allergy(patient).await;
    let seen_by = |room: &Room| Room { doctor: room.doctor, desk: room.desk.clone(), patient, visit };
    (seen_by(first), seen_by(second))
}

both! {
    async fn p2_of_two_doctors_who_sign_what_does_not_go_together_one_is_warned(clinic) {
        let first = clinic.prescribing_room().await;
        let (doctor, desk) = clinic.doctor_named("Bello").await;
        let second = Room { doctor, desk, patient: first.patient, visit: first.visit };
        for round in 0..ROUNDS {
            let (one, two) = two_rooms(&clinic, &first, &second, &format!("Ada{round} Obi")).await;
            let month = [("rx_medicine", "warfarin 5 mg tablet"), ("rx_dose", "1"), ("rx_times", "1"), ("rx_days", "30")];
            one.press("rx.add", &month).await.expect(303);
            two.adds(IBUPROFEN).await;
            let (here, there) = (one.page().await, two.page().await);
            assert!(!there.has("#rx .rx-warning[data-kind=danger]") && !here.has("#rx .rx-warning[data-kind=danger]"));
            let note = [("complaint", "Pain in the leg")];
            let (a, b) = join!(one.press_on(&here, "sign", &note), two.press_on(&there, "sign", &note));
            let mut statuses = [a.status, b.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 422], "round {round}");
            let warned = if a.status == 422 { &a } else { &b };
            assert!(warned.text("#rx .rx-warning[data-kind=danger]").contains("Interaction"), "{:?}", warned.errors());
            let open = clinic.rx_lines(one.visit).await.iter().filter(|line| line.1 == LineState::Open).count();
            assert_eq!(open, 1, "round {round}");
        }
    }

    async fn p2_an_allergy_that_is_recorded_in_the_same_instant_is_seen_or_comes_after(clinic) {
        let first = clinic.prescribing_room().await;
        infirmary::record::fill_catalogue(&clinic.app.db).await.unwrap();
        let nurse = clinic.nurse().await;
        for round in 0..ROUNDS {
            let (room, _) = two_rooms(&clinic, &first, &first, &format!("Ben{round} Obi")).await;
            room.adds(AMOXICILLIN).await;
            let page = room.page().await;
            let form = nurse.get(&format!("/patients/{}/allergies/new?q=amoxicillin", room.patient)).await;
            let allergen = form.expect(200).attribute("input[name=allergen]", "value").unwrap();
            let facts = [("allergen", allergen.as_str()), ("substance", ""), ("severity", "severe"), ("certainty", "told")];
            let (signed, recorded) = join!(
                room.press_on(&page, "sign", &[("complaint", "Fever")]),
                nurse.submit(&form, "#allergy", &facts)
            );
            recorded.expect(303);
            let before = "select count(*) from prescription_line l join allergy a on a.patient_id = l.patient_id
                where l.patient_id = $1 and l.state = 'open' and l.signed_at is not null";
            match signed.status {
                303 => assert_eq!(clinic.number(before, room.patient.0).await, 1),
                422 => assert!(signed.text("#rx .rx-warning[data-kind=danger]").contains("Recorded allergy")),
                other => panic!("round {round}: {other}"),
            }
        }
    }
}
