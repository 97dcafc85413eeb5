//! Putting an older copy back is a fact of the trail, not a fault; and it hides nothing.

use infirmary::audit::{self, Entry};
use infirmary::db::{DbKind, sql};
use infirmary::work::{Doer, Work};

use crate::support::Clinic;

async fn write(clinic: &Clinic, count: i64) {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    for at in 0..count {
        work.audit(Entry::new("thing.changed", "thing", at)).await.unwrap();
    }
    work.commit().await.unwrap();
    clinic.run_job("anchor_audit_trail").await;
}

/// The database as it was when its chain had so many links: what an older copy holds.
async fn as_of(clinic: &Clinic, links: i64) {
    let drops: &[&'static str] = match clinic.app.db.kind() {
        DbKind::Sqlite => {
            &["drop trigger if exists audit_entry_no_delete", "drop trigger if exists audit_seal_no_delete"]
        }
        DbKind::Postgres => &[
            "drop trigger if exists audit_entry_append_only on audit_entry",
            "drop trigger if exists audit_seal_append_only on audit_seal",
        ],
    };
    for drop in drops {
        sql(drop).run(&clinic.app.db).await.unwrap();
    }
    sql("delete from audit_seal where seq > $1").bind(links).run(&clinic.app.db).await.unwrap();
    sql(
        "delete from audit_entry where not exists (select 1 from audit_seal where entry_id = audit_entry.id)",
    )
    .run(&clinic.app.db)
    .await
    .unwrap();
}

both! {
    async fn after_a_restore_the_newer_anchors_are_set_aside_and_the_chain_goes_on(clinic) {
        for _ in 0..3 {
            write(&clinic, 10).await;
        }
        as_of(&clinic, 15).await;
        assert!(audit::verify(&clinic.app).await.unwrap().broken.is_some(), "without a word it is a cut");
        let noted = audit::restored(&clinic.app, "copy.db").await.unwrap();
        assert_eq!((noted.seq, noted.set_aside), (15, 2));
        write(&clinic, 40).await;
        let found = audit::verify(&clinic.app).await.unwrap();
        assert_eq!((found.broken, found.links), (None, 56));
        assert_eq!((found.restored.len(), found.restored[0].seq, found.restored[0].set_aside), (1, 15, 2));
        assert!(clinic.has_entry("database.restored").await);
        let page = clinic.administrator().await.get("/audit/check").await;
        assert!(page.expect(200).body.contains("going on after link 15. 2 newer anchors set aside"));
        // A cut after it is a cut again.
        as_of(&clinic, 30).await;
        assert!(audit::verify(&clinic.app).await.unwrap().broken.is_some());
    }

    async fn a_copy_that_somebody_changed_does_not_match_the_anchors_before_it(clinic) {
        write(&clinic, 10).await;
        write(&clinic, 10).await;
        as_of(&clinic, 15).await;
        if clinic.app.db.kind() == DbKind::Sqlite {
            sql("drop trigger audit_entry_no_update").run(&clinic.app.db).await.unwrap();
        }
        sql("update audit_entry set name = 'somebody else' where id = 3").run(&clinic.app.db).await.unwrap();
        sql("delete from audit_seal").run(&clinic.app.db).await.unwrap();
        clinic.run_job("seal_audit_trail").await;
        audit::restored(&clinic.app, "copy.db").await.unwrap();
        let found = audit::verify(&clinic.app).await.unwrap().broken.unwrap();
        assert_eq!((found.seq, found.why), (10, "it is not the link that was anchored outside the database"));
    }

    async fn the_note_of_an_old_restore_cannot_be_played_again(clinic) {
        write(&clinic, 10).await;
        as_of(&clinic, 5).await;
        audit::restored(&clinic.app, "copy.db").await.unwrap();
        write(&clinic, 10).await;
        let path = clinic.folder().join("audit-anchors.log");
        let text = std::fs::read_to_string(&path).unwrap();
        let note = text.lines().find(|line| line.starts_with("restored ")).unwrap().to_owned();
        assert_eq!(audit::verify(&clinic.app).await.unwrap().broken, None);
        as_of(&clinic, 5).await;
        std::fs::write(&path, format!("{text}{note}\n")).unwrap();
        assert!(audit::verify(&clinic.app).await.unwrap().broken.is_some());
    }

    async fn another_node_is_told_of_the_restore_by_the_trail(clinic) {
        write(&clinic, 10).await;
        assert_eq!(audit::restored_elsewhere(&clinic.app).await.unwrap(), None);
        let anchors = clinic.folder().join("audit-anchors.log");
        let before = std::fs::read(&anchors).unwrap();
        as_of(&clinic, 5).await;
        audit::restored(&clinic.app, "copy.db").await.unwrap();
        clinic.run_job("seal_audit_trail").await;
        // What the other node has: the anchors from before.
        std::fs::write(&anchors, before).unwrap();
        assert!(audit::verify(&clinic.app).await.unwrap().broken.is_some());
        let noted = audit::restored_elsewhere(&clinic.app).await.unwrap().unwrap();
        assert_eq!((noted.seq, noted.set_aside), (5, 1));
        assert_eq!(audit::verify(&clinic.app).await.unwrap().broken, None);
    }
}
