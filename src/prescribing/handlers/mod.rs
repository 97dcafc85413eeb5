//! HTTP of prescribing.

pub mod after;
pub mod available;
pub mod catalogue;
pub mod medicine;
pub mod mine;
pub mod show;

use crate::access::model::Permission;
use crate::app::App;
use crate::patients::{self, PatientId};
use crate::record::model::EntryKind;
use crate::record::{self, Banner};
use crate::web::{Error, Page};

/// The head of a page about somebody's prescriptions, for those who may read it; none when the record has to be opened
/// with a reason first. Doctors and nurses come by the record's own door. The pharmacy reads what makes giving out safe:
/// allergies and pregnancy, no conditions and no notes (rule A1); in sealed records too (rule A3).
pub async fn door(app: &App, page: &Page, patient: PatientId) -> Result<Option<Banner>, Error> {
    if page.may(Permission::OpenRecords) {
        let door = record::door(app, page, patient).await?;
        if !door.closed() {
            return Ok(Some(door.banner));
        }
        if !page.may(Permission::ManageMedicines) {
            return Ok(None);
        }
    } else {
        patients::not_own(app, page.actor()?.account, patient).await?;
    }
    let mut banner = record::banner(&app.db, patient).await?.ok_or(Error::NotFound)?;
    banner.summary.entries.retain(|entry| {
        entry.kind == EntryKind::Pregnancy || (entry.kind == EntryKind::Alert && entry.everyone)
    });
    Ok(Some(banner))
}
