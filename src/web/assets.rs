//! Static files: from disk in debug builds, embedded in release; one style sheet; digests in their addresses; compressed
//! once: by a node at its start, else by the first who asks.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, OnceLock};

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::Error;
use super::paths;
use super::routes::{Access, Routes};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

/// The order in which the style sheets are joined; inside a folder they stand by name.
const SHEETS: [&str; 7] = [
    "css/tokens.css",
    "css/reset.css",
    "css/base.css",
    "css/layout/",
    "css/components/",
    "css/utilities.css",
    "css/print.css",
];

struct Asset {
    kind: &'static str,
    digest: String,
    address: String,
    plain: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

impl Asset {
    fn new(name: &str, plain: Bytes) -> Self {
        let digest: String =
            Sha256::digest(&plain).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let address = format!("/static/{digest}/{name}");
        Asset { kind: kind_of(name), digest, address, plain, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// Whether it becomes smaller at all.
    fn packs(&self) -> bool {
        self.kind != "image/png"
    }

    fn brotli(&self) -> Option<&Bytes> {
        self.brotli.get_or_init(|| self.packs().then(|| brotli(&self.plain)).flatten()).as_ref()
    }

    fn gzip(&self) -> Option<&Bytes> {
        self.gzip.get_or_init(|| self.packs().then(|| gzip(&self.plain)).flatten()).as_ref()
    }
}

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let mut assets = HashMap::new();
    assets.insert("app.css".to_owned(), Asset::new("app.css", sheet().into()));
    for name in Files::iter().filter(|name| !name.starts_with("css/")) {
        if let Some(file) = Files::get(&name) {
            assets.insert(name.to_string(), Asset::new(&name, file.data.into_owned().into()));
        }
    }
    assets
});

/// The content types of what `static/` may hold.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css",
        "js" => "text/javascript",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        _ => "text/plain; charset=utf-8",
    }
}

fn sheet() -> String {
    let mut names: Vec<String> = Files::iter().map(|name| name.to_string()).collect();
    names.sort();
    let chosen = SHEETS.iter().flat_map(|part| names.iter().filter(move |name| name.starts_with(part)));
    chosen
        .filter_map(|name| Files::get(name))
        .map(|file| String::from_utf8_lossy(&file.data).into_owned() + "\n")
        .collect()
}

fn brotli(plain: &[u8]) -> Option<Bytes> {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut out, &params).ok()?;
    Some(out.into())
}

fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// The address of a file: its name with the digest of its content, so it can be kept for ever. Empty for a file that is
/// not there.
pub fn address(name: &str) -> &'static str {
    let asset = ASSETS.get(name);
    debug_assert!(asset.is_some(), "there is no static/{name}");
    asset.map_or("", |asset| &asset.address)
}

/// The address of the symbols: a page names it dozens of times.
pub fn icons() -> &'static str {
    static ICONS: LazyLock<&str> = LazyLock::new(|| address("icons.svg"));
    &ICONS
}

/// Compresses everything now rather than at the first request.
pub fn prepare() {
    for asset in ASSETS.values() {
        asset.brotli();
        asset.gzip();
    }
}

/// The address under which files are served.
pub fn routes() -> Routes {
    Routes::new("web").get("/static/{digest}/{*name}", Access::Public, show).get(
        paths::WORKER,
        Access::Public,
        worker,
    )
}

/// The worker has one address for ever, so that a browser asks whether it is still the same.
async fn worker(headers: HeaderMap) -> Result<Response, Error> {
    show(Path(("-".to_owned(), "js/sw.js".to_owned())), headers).await
}

async fn show(Path((digest, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Error> {
    let asset = ASSETS.get(&name).ok_or(Error::NotFound)?;
    let accepts =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes =
        |coding: &str| accepts.split(',').any(|one| one.split(';').next().map(str::trim) == Some(coding));
    let packed = if takes("br") {
        asset.brotli().map(|packed| (packed, "br"))
    } else if takes("gzip") {
        asset.gzip().map(|packed| (packed, "gzip"))
    } else {
        None
    };
    let (body, coding) = packed.map_or((&asset.plain, None), |(packed, coding)| (packed, Some(coding)));
    let mut response = body.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // An address with an old digest is answered, but not kept: the page that names it is about to be replaced.
    let keep = if digest == asset.digest { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(response)
}
