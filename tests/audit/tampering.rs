//! Tampering shows (P30).

use infirmary::audit::{self, Entry};
use infirmary::db::{DbKind, sql};
use infirmary::work::{Doer, Work};
use rand::Rng;
use sha2::{Digest, Sha256};

use crate::support::{Clinic, dice};

async fn write(clinic: &Clinic, count: i64) {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    for at in 0..count {
        work.audit(Entry::new("thing.changed", "thing", at).with("note", at)).await.unwrap();
    }
    work.commit().await.unwrap();
}

/// A trail of twenty entries, sealed, with an anchor at its head.
async fn sealed(clinic: &Clinic) {
    write(clinic, 20).await;
    clinic.run_job("seal_audit_trail").await;
    clinic.run_job("anchor_audit_trail").await;
    let found = audit::verify(&clinic.app).await.unwrap();
    assert_eq!((found.broken, found.links, found.anchors), (None, 20, 1));
}

/// What only somebody with the database's own password can do.
async fn without_triggers(clinic: &Clinic) {
    let drops: &[&'static str] = match clinic.app.db.kind() {
        DbKind::Sqlite => &[
            "drop trigger audit_entry_no_update",
            "drop trigger audit_entry_no_delete",
            "drop trigger audit_seal_no_update",
            "drop trigger audit_seal_no_delete",
        ],
        DbKind::Postgres => &[
            "drop trigger audit_entry_append_only on audit_entry",
            "drop trigger audit_seal_append_only on audit_seal",
        ],
    };
    for drop in drops {
        sql(drop).run(&clinic.app.db).await.unwrap();
    }
}

async fn run(clinic: &Clinic, statements: &[&'static str]) {
    for statement in statements {
        sql(statement).run(&clinic.app.db).await.unwrap();
    }
}

async fn is_found(clinic: &Clinic) -> bool {
    audit::verify(&clinic.app).await.unwrap().broken.is_some()
}

both! {
    async fn the_database_refuses_to_change_or_delete_entries(clinic) {
        sealed(&clinic).await;
        for text in ["update audit_entry set name = 'x'", "delete from audit_entry", "update audit_seal set seq = seq + 100",
            "delete from audit_seal"] {
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.to_string().contains("append_only"), "{text}: {error}");
        }
    }

    async fn every_changed_column_is_found(clinic) {
        sealed(&clinic).await;
        without_triggers(&clinic).await;
        let columns = [
            ("update audit_entry set name = 'x' where id = 7", "update audit_entry set name = 'command line' where id = 7"),
            ("update audit_entry set role = 'x' where id = 7", "update audit_entry set role = 'operator' where id = 7"),
            ("update audit_entry set action = 'x' where id = 7", "update audit_entry set action = 'thing.changed' where id = 7"),
            ("update audit_entry set subject_id = 99 where id = 7", "update audit_entry set subject_id = 6 where id = 7"),
            ("update audit_entry set patient_id = 1 where id = 7", "update audit_entry set patient_id = null where id = 7"),
            ("update audit_entry set account_id = 1 where id = 7", "update audit_entry set account_id = null where id = 7"),
            ("update audit_entry set address = '1' where id = 7", "update audit_entry set address = '' where id = 7"),
        ];
        for (tamper, mend) in columns {
            run(&clinic, &[tamper]).await;
            let found = audit::verify(&clinic.app).await.unwrap().broken.expect(tamper);
            assert_eq!(found.seq, 7, "{tamper}");
            run(&clinic, &[mend]).await;
            assert!(!is_found(&clinic).await, "{mend}");
        }
    }

    async fn random_edits_are_all_found(clinic) {
        sealed(&clinic).await;
        without_triggers(&clinic).await;
        let (seed, mut dice) = dice();
        for edit in 0..60 {
            let id = dice.random_range(1..=20_i64);
            let old: String = sql("select detail from audit_entry where id = $1").bind(id).scalar(&clinic.app.db).await.unwrap();
            let set = |detail: String| sql("update audit_entry set detail = $2 where id = $1").bind(id).bind(detail);
            set(format!("{{\"note\":{}}}", rand::random::<u32>())).run(&clinic.app.db).await.unwrap();
            let found = audit::verify(&clinic.app).await.unwrap().broken;
            assert_eq!(found.map(|link| link.seq), Some(id), "seed {seed}, edit {edit}");
            set(old).run(&clinic.app.db).await.unwrap();
        }
        assert!(!is_found(&clinic).await, "seed {seed}");
    }

    async fn what_committed_late_is_sealed_within_the_minute(clinic) {
        sealed(&clinic).await;
        let entry = "insert into audit_entry (id, at, name, role, action, subject, address, request_id, detail)
            values ($1, $2, 'a nurse', 'nurse', 'thing.changed', 'thing', '', '', '{}')";
        let write = async |id: i64| sql(entry).bind(id).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        write(2_000).await;
        clinic.run_job("seal_audit_trail").await;
        let unsealed = async || audit::verify(&clinic.app).await.unwrap().unsealed;
        assert_eq!(unsealed().await, 0);
        clinic.app.clock.advance(chrono::TimeDelta::seconds(30));
        write(1_000).await;
        write(1_900).await;
        clinic.run_job("seal_audit_trail").await;
        assert_eq!(unsealed().await, 1, "the look of every second goes back by five hundred");
        clinic.app.clock.advance(chrono::TimeDelta::seconds(30));
        clinic.run_job("seal_audit_trail").await;
        assert_eq!(unsealed().await, 0);
        assert!(!is_found(&clinic).await);
    }

    async fn a_deleted_entry_is_found(clinic) {
        sealed(&clinic).await;
        without_triggers(&clinic).await;
        run(&clinic, &["delete from audit_seal where entry_id = 7", "delete from audit_entry where id = 7"]).await;
        assert!(is_found(&clinic).await);
        // Also when the seals close up behind it.
        run(&clinic, &["update audit_seal set seq = -seq where seq > 7", "update audit_seal set seq = -seq - 1 where seq < 0"]).await;
        assert!(is_found(&clinic).await);
    }

    async fn exchanged_entries_are_found(clinic) {
        sealed(&clinic).await;
        without_triggers(&clinic).await;
        run(&clinic, &["update audit_seal set seq = -7 where seq = 7", "update audit_seal set seq = 7 where seq = 8",
            "update audit_seal set seq = 8 where seq = -7"]).await;
        assert!(is_found(&clinic).await);
    }

    async fn a_cut_tail_is_found(clinic) {
        sealed(&clinic).await;
        without_triggers(&clinic).await;
        run(&clinic, &["delete from audit_seal where seq > 15", "delete from audit_entry where id > 15"]).await;
        let found = audit::verify(&clinic.app).await.unwrap();
        assert_eq!(found.broken.unwrap().seq, 16);
        // The control: without the anchors nobody would know.
        std::fs::remove_file(clinic.folder().join("audit-anchors.log")).unwrap();
        assert!(!is_found(&clinic).await);
        // Their key tells that there were some, also when the node has gone on and anchored what is left.
        let told = async || audit::verify(&clinic.app).await.unwrap().trouble.unwrap();
        assert!(told().await.contains("were taken away"));
        clinic.wait_minutes(61);
        clinic.run_job("anchor_audit_trail").await;
        assert!(told().await.contains("begun anew"));
        let page = clinic.administrator().await.get("/audit/check").await;
        assert!(page.expect(200).body.contains("The anchors cannot be trusted"));
    }

    async fn a_chain_built_anew_is_found(clinic) {
        sealed(&clinic).await;
        without_triggers(&clinic).await;
        run(&clinic, &["update audit_entry set name = 'somebody else' where id = 3", "delete from audit_seal"]).await;
        clinic.run_job("seal_audit_trail").await;
        let found = audit::verify(&clinic.app).await.unwrap();
        assert_eq!(found.broken.unwrap().why, "it is not the link that was anchored outside the database");
        std::fs::remove_file(clinic.folder().join("audit-anchors.log")).unwrap();
        assert!(!is_found(&clinic).await, "the chain itself is whole");
    }

    async fn an_entry_put_in_afterwards_is_found(clinic) {
        sealed(&clinic).await;
        clinic.wait_minutes(180);
        clinic.run_job("anchor_audit_trail").await;
        sql("insert into audit_entry (at, name, role, action, subject, address, request_id, detail)
             values ($1, 'nobody', 'system', 'x.done', 'x', '', '', '{}')")
            .bind(clinic.app.clock.now() - chrono::TimeDelta::hours(2))
            .run(&clinic.app.db).await.unwrap();
        clinic.run_job("seal_audit_trail").await;
        assert_eq!(audit::verify(&clinic.app).await.unwrap().broken.unwrap().seq, 21);
    }

    async fn a_forged_anchor_is_found(clinic) {
        sealed(&clinic).await;
        let path = clinic.folder().join("audit-anchors.log");
        let forged = format!("anchor 5 0 {} {}\n", hex(&Sha256::digest("a")), hex(&Sha256::digest("b")));
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &forged).unwrap();
        assert!(is_found(&clinic).await);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
