//! Any state to any state: the tables let through what the rules let through, and nothing else (L1, W14).

use infirmary::db::sql;
use infirmary::laboratory::model::LineState;

use crate::support::Clinic;

async fn every_pair(clinic: &Clinic) {
    let lab = clinic.laboratory().await;
    lab.order(clinic, &["PCV"]).await;
    let sample = lab.collect(clinic).await[0];
    let line = clinic.lines(lab.visit).await[0].0;
    // A shortest way to each state, found by the rules themselves.
    let mut tried = 0;
    for from in LineState::ALL {
        for to in LineState::ALL.iter().filter(|to| *to != from) {
            let copy: i64 = copied(clinic, *from, sample.0, line.0).await;
            let moved = sql("update lab_line set state = $2 where id = $1")
                .bind(copy)
                .bind(*to)
                .run(&clinic.app.db)
                .await;
            match (from.leads_to(*to), moved) {
                (true, Ok(1)) => {}
                (false, Err(error)) if error.violates("lab_line_state") => {}
                (allowed, other) => {
                    panic!("{from:?} to {to:?}: the rules say {allowed}, the table {other:?}")
                }
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 72);
}

/// A line that stands in a state, in an order of its own.
async fn copied(clinic: &Clinic, state: LineState, sample: i64, line: i64) -> i64 {
    let mut tx = clinic.app.db.begin().await.unwrap();
    let order: i64 = sql("insert into lab_order (visit_id, patient_id, ordered_by, ordered_at, urgent)
         select visit_id, patient_id, ordered_by, requested_at, urgent from lab_line where id = $1 returning id")
        .bind(line)
        .scalar(&mut tx)
        .await
        .unwrap();
    let id = sql("insert into lab_line (order_id, visit_id, patient_id, test_id, ordered_by, state, urgent, in_person, price,
            requested_at, sample_id)
         select $2, visit_id, patient_id, test_id, ordered_by, $3, urgent, in_person, price, requested_at, $4
         from lab_line where id = $1 returning id")
        .bind(line)
        .bind(order)
        .bind(state)
        .bind(sample)
        .scalar(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

both! {
    async fn the_tables_allow_exactly_the_moves_of_the_rules(clinic) {
        every_pair(&clinic).await;
    }

    async fn a_step_that_does_not_fit_says_how_it_stands(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        for (path, words) in [("bench", "It cannot be started now"), ("receipt", "")] {
            let op = format!("a-step-out-of-turn-{path}");
            let seen = lab.bench.post(&format!("/lab/samples/{sample}/{path}"), &[("op", &op)]).await;
            if words.is_empty() {
                seen.expect(303);
            } else {
                seen.expect(409);
                assert!(seen.text("#refused").contains(words), "{}", seen.body);
            }
        }
        let again = lab.bench.post(&format!("/lab/samples/{sample}/receipt"), &[("op", "received-once-more-1")]).await;
        again.expect(409);
        assert!(again.text("#refused").contains("The sample is in the laboratory"));
    }

    async fn what_was_written_is_kept(clinic) {
        let lab = clinic.laboratory().await;
        lab.released(&clinic, "PCV", ("PCV", "40")).await;
        for (text, name) in [
            ("delete from lab_step", "lab_step_append_only"),
            ("update lab_value set flag = 'normal'", "lab_value_append_only"),
            ("update lab_result set comment = 'all well'", "lab_result_kept"),
            ("delete from lab_result", "lab_result_kept"),
        ] {
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates(name) || error.violates("append_only"), "{text}: {error}");
        }
    }
}
