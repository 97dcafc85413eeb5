//! Booking, moving, cancelling and noting at the desk.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::scheduling::model::AppointmentId;
use infirmary::web::paths::scheduling as paths;

use crate::support::Seen;

fn id_of(path: &str) -> AppointmentId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

fn queries(seen: &Seen) -> u32 {
    seen.headers["x-queries"].to_str().unwrap().parse().unwrap()
}

both! {
    async fn the_desk_books_moves_notes_and_cancels(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let patient = clinic.person("Ada Obi").await;
        let (slot, later) = (clinic.slot(doctor, 180, 2, 1).await, clinic.slot(doctor, 240, 2, 1).await);
        let desk = clinic.receptionist().await;
        let page = desk.get(&format!("{}&reason={reason}", paths::book_for(patient))).await;
        assert!(page.expect(200).body.contains("No missed appointment"));
        assert_eq!(page.attribute("#day", "value").as_deref(), Some("2026-11-09"));
        assert!(queries(&page) <= 6, "{} queries", queries(&page));
        let empty = desk.submit(&page, "#book", &[]).await;
        assert_eq!((empty.status, empty.errors()), (422, vec!["Choose a time".to_owned()]));
        let chosen = slot.to_string();
        let fields = [("slot", chosen.as_str())];
        let (one, two) = tokio::join!(desk.submit(&page, "#book", &fields), desk.submit(&page, "#book", &fields));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        assert_eq!(clinic.taken(slot).await, (0, 1));
        let show = desk.follow(one).await;
        let id = id_of(&show.path);
        assert!(show.heading().starts_with("Ada Obi, Monday 9 November 2026 12:00"), "{}", show.heading());
        let list = desk.get(&format!("{}?day=2026-11-09&doctor={doctor}&state=booked", paths::APPOINTMENTS)).await;
        assert_eq!(list.texts("tbody tr").len(), 1);
        assert!(queries(&list) <= 6, "{} queries", queries(&list));

        let saved = desk.submitted(&show, "#note-form", &[("note", "Brings a letter")]).await;
        assert!(saved.body.contains("Brings a letter"));
        let stale = desk.submit(&show, "#note-form", &[("note", "Mine"), ("op", "another-operation-id")]).await;
        stale.expect(409);
        let told = &stale.errors()[0];
        assert!(told.contains("changed this appointment at") && told.contains("Brings a letter"), "{told}");
        assert_eq!(stale.text("#note"), "Mine");
        // Sent again it is a decision.
        assert!(desk.submitted(&stale, "#note-form", &[]).await.body.contains("Mine"));
        let words = "select count(*) from audit_entry where action = 'appointment.noted' and detail like '%letter%'";
        assert_eq!((clinic.count(words).await, clinic.count("select count(*) from audit_entry where action = 'appointment.noted'").await), (0, 2));

        let moving = desk.get(&format!("{}&moving={id}&reason={reason}", paths::book_for(patient))).await;
        let moved = desk.submitted(&moving, "#book", &[("slot", &later.to_string())]).await;
        assert_eq!((clinic.taken(slot).await, clinic.taken(later).await), ((0, 0), (0, 1)));
        let no_reason = desk.submit(&moved, "#cancel", &[("by", "clinic")]).await;
        assert_eq!(no_reason.errors(), ["Say why it is cancelled"]);
        desk.submitted(&moved, "#cancel", &[("by", "clinic"), ("reason", "Power cut")]).await.expect(200);
        assert_eq!(clinic.taken(later).await, (0, 0));
        assert_eq!(clinic.count("select count(*) from appointment where late_cancel").await, 0);
        assert!(clinic.count("select count(*) from audit_entry where action = 'appointment.opened'").await > 0);
    }

    async fn places_of_the_public_and_of_the_desk_are_apart_until_released(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 180, 2, 1).await;
        let desk = clinic.receptionist().await;
        let mut pages = Vec::new();
        for name in ["Ada Obi", "Ben Eze"] {
            let patient = clinic.person(name).await;
            pages.push(desk.get(&format!("{}&reason={reason}", paths::book_for(patient))).await);
        }
        let chosen = slot.to_string();
        desk.submit(&pages[0], "#book", &[("slot", &chosen)]).await.expect(303);
        let kept = desk.submit(&pages[1], "#book", &[("slot", &chosen)]).await;
        assert!(kept.expect(422).errors()[0].contains("kept for online booking"), "{:?}", kept.errors());
        clinic.wait_minutes(10);
        clinic.wait_minutes(3);
        assert_eq!(clinic.taken(slot).await, (0, 1));
        clinic.app.clock.advance(chrono::TimeDelta::minutes(50));
        let desk = clinic.signed_in("second", &[Role::Receptionist]).await;
        let again = desk.get(&pages[1].path).await;
        desk.submit(&again, "#book", &[("slot", &chosen)]).await.expect(303);
        assert_eq!(clinic.taken(slot).await, (0, 2));
    }

    async fn both_limits_of_a_patient_are_passed_with_a_reason_only(clinic) {
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let patient = clinic.person("Ada Obi").await;
        let (one, two) = (clinic.consultant("Bola").await, clinic.consultant("Chidi").await);
        let desk = clinic.receptionist().await;
        let mut slots = Vec::new();
        for number in 0..4 {
            slots.push(clinic.slot(one, 60 + 60 * number, 2, 0).await.to_string());
        }
        let same_time = clinic.slot(two, 60, 2, 1).await;
        let path = format!("{}&reason={reason}", paths::book_for(patient));
        for slot in &slots[..2] {
            let page = desk.get(&path).await;
            desk.submit(&page, "#book", &[("slot", slot)]).await.expect(303);
        }
        let page = desk.get(&path).await;
        let refused = desk.submit(&page, "#book", &[("slot", &same_time.to_string())]).await;
        assert!(refused.expect(422).errors()[0].contains("another appointment"), "{:?}", refused.errors());
        assert!(refused.errors()[0].ends_with("Give a reason below to book all the same."));
        let reasoned = [("override_reason", "Two doctors see her together")];
        let (first, again) = tokio::join!(desk.submit(&refused, "#book", &reasoned), desk.submit(&refused, "#book", &reasoned));
        assert_eq!(first.expect(303).leads_to(), again.expect(303).leads_to());
        assert!(desk.follow(first).await.body.contains("against a limit: Two doctors see her together"));
        assert_eq!(clinic.taken(same_time).await, (0, 1));
        let page = desk.get(&path).await;
        let fields = [("slot", same_time.to_string()), ("override_reason", "Once more".to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let twice = desk.submit(&page, "#book", &fields).await;
        assert!(twice.expect(422).errors()[0].contains("with this doctor already"), "{:?}", twice.errors());
        let page = desk.get(&path).await;
        let refused = desk.submit(&page, "#book", &[("slot", &slots[3])]).await;
        assert!(refused.expect(422).errors()[0].contains("limit of 3"), "{:?}", refused.errors());
        desk.submit(&refused, "#book", &[("override_reason", "The doctor asked")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from appointment where override_reason <> ''").await, 2);
        let kept = "select count(*) from audit_entry where detail like '%Two doctors see her together%'";
        assert_eq!(clinic.count(kept).await, 1);
    }

    /// The rule is the table's: without a reason nobody is in two places, and online there is no reason to give.
    async fn two_appointments_at_one_time_need_a_reason_in_the_table_itself(clinic) {
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (patient, browser) = clinic.someone("Ada Obi").await;
        let (one, two) = (clinic.consultant("Bola").await, clinic.consultant("Chidi").await);
        let (first, second) = (clinic.slot(one, 60, 2, 1).await, clinic.slot(two, 60, 2, 1).await);
        let insert = async |slot, place: &'static str, why: &'static str| {
            sql("insert into appointment (reference, patient_id, slot_id, doctor_id, starts_at, ends_at, reason_id, place,
                    state, override_reason, calendar_uid, created_at, updated_at)
                 select $1, $2, s.id, s.doctor_id, s.starts_at, s.ends_at, $3, $4, 'booked', $5, $1, $6, $6
                 from slot s where s.id = $7")
            .bind(format!("{place}-{why}-{slot}")).bind(patient).bind(reason).bind(place).bind(why)
            .bind(clinic.app.clock.now()).bind(slot).run(&clinic.app.db).await
        };
        insert(first, "desk", "").await.unwrap();
        assert!(insert(second, "desk", "").await.unwrap_err().violates("appointment_overlap"));
        assert!(insert(second, "public", "Mine").await.unwrap_err().violates("appointment_override_at_desk"));
        insert(second, "desk", "The doctor asked").await.unwrap();
        let emptied = sql("update appointment set override_reason = ''").run(&clinic.app.db).await;
        assert!(emptied.unwrap_err().violates("appointment_overlap"), "a reason cannot be taken away afterwards");

        let third = clinic.slot(clinic.consultant("Dayo").await, 60, 2, 1).await.to_string();
        let times = browser.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        let fields = [("slot", third.as_str()), ("override_reason", "I want it")];
        browser.submit(&times, "main form", &fields).await.expect(409);
        assert_eq!(clinic.count("select count(*) from appointment").await, 2);
    }

    async fn a_search_uses_every_word_in_any_order_folded_like_names(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let mut references = Vec::new();
        for (number, name) in ["Adé Ọlá", "Ade Obi", "Ben Ola"].into_iter().enumerate() {
            let patient = clinic.visitor(name).await;
            for word in infirmary::patients::model::find_words(name) {
                sql("insert into patient_term (term, patient_id) values ($1, $2) on conflict do nothing")
                    .bind(word).bind(patient).run(&clinic.app.db).await.unwrap();
            }
            let id = clinic.booking(patient, doctor, 60 + 10 * i64::try_from(number).unwrap()).await;
            let reference: (String,) = sql("select reference from appointment where id = $1").bind(id).one(&clinic.app.db).await.unwrap();
            references.push(reference.0);
        }
        let desk = clinic.receptionist().await;
        let found = async |q: &str| {
            let seen = desk.get(&format!("{}?q={}", paths::APPOINTMENTS, infirmary::web::paths::encoded(q))).await;
            seen.expect(200).texts("td[data-label=Patient]")
        };
        assert_eq!(found("ade").await, ["Adé Ọlá", "Ade Obi"]);
        assert_eq!(found("ola ade").await, ["Adé Ọlá"]);
        assert_eq!(found("ADÉ  ọl").await, ["Adé Ọlá"]);
        assert_eq!(found("ola").await, ["Adé Ọlá", "Ben Ola"]);
        assert!(found("ade ben").await.is_empty() && found("ade ola obi").await.is_empty());
        assert!(found("--").await.is_empty(), "marks alone are nobody");
        assert_eq!(found(&references[1].to_lowercase()).await, ["Ade Obi"]);
        let number: (String,) = sql("select number from patient where given_names = 'Ben'").one(&clinic.app.db).await.unwrap();
        let seen = found(&number.0).await;
        assert!(seen.is_empty() || seen == ["Ben Ola"], "{seen:?}");
    }

    async fn who_may_not_book_sees_and_changes_nothing(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let patient = clinic.person("Ada Obi").await;
        clinic.slot(doctor, 60, 2, 0).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        nurse.get(paths::APPOINTMENTS).await.expect(200);
        nurse.get(&paths::book_for(patient)).await.expect(403);
        nurse.get(paths::AVAILABILITY).await.expect(403);
        let cashier = clinic.signed_in("cashier", &[Role::Cashier]).await;
        cashier.get(paths::APPOINTMENTS).await.expect(403);
        let desk = clinic.receptionist().await;
        desk.get("/appointments/999").await.expect(404);
        desk.get("/appointments/x").await.expect(404);
        desk.get(&format!("{}?day=2026-02-30", paths::APPOINTMENTS)).await.expect(404);
        desk.get(&format!("{}?patient=999", paths::NEW_APPOINTMENT)).await.expect(404);
        let week = desk.get(&format!("{}?doctor={doctor}", paths::CALENDAR)).await;
        assert!(week.expect(200).body.contains("2 places left"), "{}", week.body);
        assert_eq!(week.texts(".week > section").len(), 5);
        let doctors = desk.get(&format!("{}?q=bola", paths::DOCTORS)).await;
        assert_eq!(doctors.texts("tbody tr").len(), 1);
        let (_, ada) = clinic.someone("Ada Obi").await;
        assert_eq!(ada.get(paths::DOCTORS).await.links("main .links a").len(), 1);
    }
}
