//! A believable campus clinic, for looking around and for measuring.

/// How much there is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// 200 students and 12 members of staff.
    Small,
    /// 100,000 students, 1,000,000 past appointments and visits.
    Large,
}

/// Everybody's password.
pub const PASSWORD: &str = "infirmary-demo";

/// The accounts that are shown at the start.
pub const SIGN_INS: &[(&str, &str)] = &[];

/// Fills.
pub async fn prepare(
    _db: &crate::db::Db,
    _now: chrono::DateTime<chrono::Utc>,
    _size: Size,
) -> Result<(), crate::db::DbError> {
    Ok(())
}
