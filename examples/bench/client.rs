//! A client that costs little: one connection, kept open, requests written by hand.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

/// One answer.
#[derive(Debug, Default, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The cookies it sets, as a browser sends them back.
    pub fn cookies(&self) -> String {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
    }
}

impl Client {
    /// Connects to a port on loopback.
    pub async fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::new(stream), host: format!("localhost:{port}") })
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str, cookie: &str) -> io::Result<Answer> {
        self.ask(&request("GET", path, &self.host, cookie, "")).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
        let body = serde_urlencoded::to_string(fields).unwrap_or_default();
        self.ask(&request("POST", path, &self.host, cookie, &body)).await
    }

    /// Sends a request as it is.
    pub async fn ask(&mut self, request: &str) -> io::Result<Answer> {
        self.send(request).await?;
        let mut answer = self.head().await?;
        let chunked = answer.header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
        if chunked {
            while let Some(chunk) = self.chunk().await? {
                answer.body.extend(chunk);
            }
        } else {
            let length = answer.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body).await?;
        }
        Ok(answer)
    }

    /// Sends without reading.
    pub async fn send(&mut self, request: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(request.as_bytes()).await
    }

    /// Reads status and headers.
    pub async fn head(&mut self) -> io::Result<Answer> {
        let mut answer = Answer::default();
        loop {
            let line = self.line().await?;
            if answer.status == 0 {
                answer.status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
            } else if line.is_empty() {
                return Ok(answer);
            } else if let Some((name, value)) = line.split_once(": ") {
                answer.headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
        }
    }

    /// Reads one chunk of a chunked body; none at its end.
    pub async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = self.line().await?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).await?;
        chunk.truncate(length);
        Ok((length > 0).then_some(chunk))
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

/// The text of a request.
pub fn request(method: &str, path: &str, host: &str, cookie: &str, body: &str) -> String {
    let form = if method == "POST" {
        format!(
            "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\ncontent-length: {}\r\n",
            body.len()
        )
    } else {
        String::new()
    };
    let cookie = if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") };
    format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{cookie}{form}\r\n{body}")
}
