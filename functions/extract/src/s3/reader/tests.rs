use super::*;
use aws_sdk_s3::operation::get_object::{GetObjectInput, GetObjectOutput};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};
use std::{ops::Range, sync::Mutex, thread};
use tokio::task::spawn_blocking;

type GetAnswer = MockResponse<GetObjectOutput, GetObjectError>;

/// Byte `n` of every object is `n / 1000`, wrapped.
fn content(range: Range<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for thousand in range.start / 1000..range.end.div_ceil(1000) {
        bytes.extend_from_slice(&[thousand as u8; 1000]);
    }
    bytes.drain(..(range.start % 1000) as usize);
    bytes.truncate((range.end - range.start) as usize);
    bytes
}

fn range(request: &GetObjectInput) -> Range<u64> {
    let range = request.range().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    first.parse().unwrap()..last.parse::<u64>().unwrap() + 1
}

fn with_body(body: Vec<u8>, e_tag: &str) -> GetAnswer {
    let output = GetObjectOutput::builder().content_length(body.len() as i64);
    MockResponse::Output(output.e_tag(e_tag).body(body.into()).build())
}

fn found(request: &GetObjectInput) -> GetAnswer {
    with_body(content(range(request)), "\"1\"")
}

fn refused(status: u16, code: &str) -> GetAnswer {
    let body = format!("<Error><Code>{code}</Code></Error>");
    let status = status.try_into().unwrap();
    MockResponse::Http(aws_sdk_s3::config::http::HttpResponse::new(status, body.into()))
}

struct Served {
    object: Arc<SourceObject>,
    requests: Arc<Mutex<Vec<Range<u64>>>>,
}

impl Served {
    fn reader(&self) -> ObjectReader {
        ObjectReader::new(self.object.clone())
    }

    /// The lengths of the requested windows in blocks, in the object's order.
    fn windows(&self) -> Vec<u64> {
        let mut requests = self.requests.lock().unwrap().clone();
        requests.sort_by_key(|range| range.start);
        requests.iter().map(|range| (range.end - range.start).div_ceil(BLOCK)).collect()
    }
}

/// An object of `length` bytes. `answer` gets the number of earlier requests.
fn serve(
    length: u64,
    answer: impl Fn(usize, &GetObjectInput) -> GetAnswer + Send + Sync + 'static,
) -> Served {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = requests.clone();
    let rule = mock!(Client::get_object).then_compute_response(move |request| {
        let mut log = log.lock().unwrap();
        log.push(range(request));
        answer(log.len() - 1, request)
    });
    let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, &[&rule]);
    Served { object: SourceObject::new(client, "uploads", "key".to_owned(), length), requests }
}

/// Runs `test` on a thread that may block.
async fn blocking<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(test).await.unwrap()
}

fn read_all(mut reader: ObjectReader) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    reader.read_to_end(&mut all)?;
    Ok(all)
}

fn read_at(reader: &mut ObjectReader, position: u64, length: u64) -> Vec<u8> {
    reader.seek(SeekFrom::Start(position)).unwrap();
    let mut bytes = vec![0; length as usize];
    // in short reads, as demuxers do
    for chunk in bytes.chunks_mut(64 << 10) {
        reader.read_exact(chunk).unwrap();
    }
    bytes
}

#[tokio::test]
async fn an_object_reads_like_a_file_and_each_byte_is_fetched_once() {
    let length = 5 * BLOCK + 5000;
    let served = serve(length, |_, request| found(request));
    let mut reader = served.reader();
    let all = blocking(move || {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).unwrap();
        reader.seek(SeekFrom::End(-5001)).unwrap();
        let mut tail = Vec::new();
        reader.read_to_end(&mut tail).unwrap();
        assert!(tail == all[all.len() - 5001..]);
        assert!(reader.seek(SeekFrom::Current(-i64::MAX)).is_err());
        all
    })
    .await;
    assert!(all == content(0..length));
    assert_eq!(served.object.bytes_read(), length);
    assert_eq!(served.windows().iter().sum::<u64>(), 6);
}

#[tokio::test]
async fn a_replaced_object_is_an_error() {
    let served = serve(5 * BLOCK, |_, request| match request.if_match() {
        None => found(request),
        Some(e_tag) => {
            assert_eq!(e_tag, "\"1\"");
            refused(412, "PreconditionFailed")
        }
    });
    let reader = served.reader();
    let error = blocking(|| read_all(reader).unwrap_err()).await;
    assert_eq!(error.kind(), SOURCE_GONE);
    assert!(error.to_string().starts_with("S3 GetObject of s3://uploads/key failed: "), "{error}");
}

#[tokio::test]
async fn another_entity_tag_is_an_error() {
    let served = serve(5 * BLOCK, |before, request| {
        with_body(content(range(request)), if before == 0 { "\"1\"" } else { "\"2\"" })
    });
    let reader = served.reader();
    let error = blocking(|| read_all(reader).unwrap_err()).await;
    assert_eq!(error.kind(), SOURCE_GONE);
}

#[tokio::test]
async fn readers_share_the_fetched_blocks() {
    let length = 40 * BLOCK + 77;
    let served = serve(length, |_, request| found(request));
    let readers: Vec<_> = (0..4).map(|_| served.reader()).collect();
    let reading = readers.into_iter().map(|reader| spawn_blocking(|| read_all(reader).unwrap()));
    for all in reading.collect::<Vec<_>>() {
        assert!(all.await.unwrap() == content(0..length));
    }
    assert_eq!(served.object.bytes_read(), length);
}

#[tokio::test]
async fn windows_are_fetched_ahead_of_sequential_reads() {
    let served = serve(48 * BLOCK, |_, request| found(request));
    let mut reader = served.reader();
    let reader = blocking(move || {
        read_at(&mut reader, 0, BLOCK);
        reader
    })
    .await;
    // the second window was fetched before it was needed
    while served.object.bytes_read() < 4 * BLOCK {
        tokio::task::yield_now().await;
    }
    blocking(|| read_all(reader).unwrap()).await;
    assert_eq!(served.windows(), [2, 2, 2, 2, 3, 5, 7, 10, 14, 1]);
}

#[tokio::test]
async fn nothing_is_fetched_ahead_of_jumping_reads() {
    let served = serve(2000 * BLOCK, |_, request| found(request));
    let mut reader = served.reader();
    blocking(move || {
        for jump in 0..20 {
            let position = (jump * 7 % 20) * 100 * BLOCK + jump * 10_000;
            let bytes = read_at(&mut reader, position, 150_000);
            assert!(bytes == content(position..position + 150_000));
        }
    })
    .await;
    assert_eq!(served.windows(), [2; 20]);
    assert_eq!(served.object.bytes_read(), 40 * BLOCK);
}

#[tokio::test]
async fn sparse_reads_cost_little_more_than_their_bytes() {
    const LENGTH: u64 = 650_000_000;
    const LENGTH_READ: u64 = 1_100_000;
    let served = serve(LENGTH, |_, request| found(request));
    let mut reader = served.reader();
    blocking(move || {
        let mut random = 1_u64;
        for _ in 0..30 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let position = (random >> 20) % (LENGTH - LENGTH_READ);
            assert!(
                read_at(&mut reader, position, LENGTH_READ)
                    == content(position..position + LENGTH_READ)
            );
        }
    })
    .await;
    let asked: u64 = served.windows().iter().sum::<u64>() * BLOCK;
    assert!(asked < LENGTH * 15 / 100, "{asked}");
    assert!(asked * 2 < 30 * LENGTH_READ * 5, "{asked}");
}

#[tokio::test]
async fn blocks_that_a_dropped_reader_fetched_serve_the_others() {
    let served = serve(8 * BLOCK, |_, request| found(request));
    let (mut first, second) = (served.reader(), served.reader());
    blocking(move || read_at(&mut first, 0, BLOCK + 1)).await;
    assert!(blocking(|| read_all(second).unwrap()).await == content(0..8 * BLOCK));
    assert_eq!(served.object.bytes_read(), 8 * BLOCK);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_continued_where_it_broke() {
    let length = 2 * BLOCK;
    let served = serve(length, |before, request| {
        let mut body = content(range(request));
        if before == 0 {
            body.truncate(BLOCK as usize + 1000);
        }
        let output = GetObjectOutput::builder().e_tag("\"1\"").body(body.into());
        MockResponse::Output(output.build())
    });
    let reader = served.reader();
    assert!(blocking(|| read_all(reader).unwrap()).await == content(0..length));
    assert_eq!(*served.requests.lock().unwrap(), [0..length, BLOCK..length]);
    assert_eq!(served.object.bytes_read(), length + 1000);
}

#[tokio::test]
async fn an_answer_with_another_range_is_rejected() {
    let served = serve(3 * BLOCK, |before, request| match before {
        0 => with_body(content(0..3 * BLOCK), "\"1\""),
        _ => found(request),
    });
    let reader = served.reader();
    assert!(blocking(|| read_all(reader).unwrap()).await == content(0..3 * BLOCK));
    assert_eq!(served.object.bytes_read(), 3 * BLOCK);
}

#[tokio::test]
async fn a_lasting_error_reaches_the_reader() {
    let served = serve(BLOCK, |_, _| MockResponse::Error(GetObjectError::unhandled("no")));
    let reader = served.reader();
    let error = blocking(|| read_all(reader).unwrap_err()).await;
    assert_eq!(error.kind(), io::ErrorKind::Other);
    assert_eq!(served.windows().len(), MAX_REQUESTS as usize);
}

#[tokio::test]
async fn closing_the_object_ends_its_fetches() {
    let served = serve(BLOCK, |_, _| MockResponse::Error(GetObjectError::unhandled("no")));
    let reader = served.reader();
    let reading = spawn_blocking(|| read_all(reader).unwrap_err());
    while served.requests.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    // otherwise it would be requested three more times
    served.object.close();
    assert_eq!(reading.await.unwrap().to_string(), "the fetch was cut off");
    assert_eq!(served.windows().len(), 1);
}

#[tokio::test]
async fn a_failed_fetch_ahead_is_repeated_when_needed() {
    let served = serve(8 * BLOCK, |before, request| match before {
        1 => refused(404, "NoSuchKey"),
        _ => found(request),
    });
    let mut reader = served.reader();
    blocking(move || {
        read_at(&mut reader, 0, BLOCK + BLOCK / 2);
        while reader.object.cache.claim(2..3).is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        reader.seek(SeekFrom::Start(0)).unwrap();
        assert!(read_all(reader).unwrap() == content(0..8 * BLOCK));
    })
    .await;
    let requests = served.requests.lock().unwrap();
    assert_eq!(requests[1], 2 * BLOCK..4 * BLOCK);
    assert_eq!(requests[2].start, 2 * BLOCK);
}

#[test]
fn the_end_of_the_runtime_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let served = runtime.block_on(async { serve(BLOCK, |_, request| found(request)) });
    let reader = served.reader();
    // the runtime is not running, so nothing is fetched
    let reading = thread::spawn(|| read_all(reader));
    drop(runtime);
    assert!(reading.join().unwrap().is_err());
}
