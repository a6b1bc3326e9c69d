//! The rule for each field of a request, in the words of an error's detail, which follow the field's name.

/// `every` of the options.
pub const EVERY: &str = "must be a number of seconds from 0.001 to 86400 with at most 6 decimals, or a \
                         fraction such as \"1001/30000\"";
/// `fps` of the options.
pub const FPS: &str = "must be a number of frames a second from 1/86400 to 1000 with at most 6 decimals, \
                       or a fraction such as \"30000/1001\"";
/// `count` of the options.
pub const COUNT: &str = "must be a whole number of frames from 1 to 50000";
/// `at` of the options.
pub const AT: &str = "must be a list of 1 to 1000 times";
/// One time: an item of `at`, `from` or `to`.
pub const TIME: &str = "must be a time: seconds with at most 6 decimals such as 2.5, a fraction such as \
                        \"1001/30000\", a timecode such as \"00:01:02.5\", or a part of the length from \
                        \"0%\" to \"100%\"";
/// A switch.
pub const SWITCH: &str = "must be true or false";
/// `scenes` of the options.
pub const SCENES: &str = "must be a number from 0.01 to 1";
/// `to`, if `from` is also given.
pub const LATER: &str = "must be later than from";
/// `width` and `height` of the options.
pub const SIDE: &str = "must be a whole number of pixels from 16 to 8192";
/// `fit` of the options.
pub const FIT: &str = "must be \"inside\", \"cover\" or \"fill\"";
/// `fit`, if a side is missing.
pub const FIT_NEEDS: &str = "needs both width and height";
/// `format` of the options.
pub const FORMAT: &str = "must be \"jpeg\", \"png\" or \"webp\"";
/// `quality` of the options.
pub const QUALITY: &str = "must be a whole number from 1 to 100";
/// `quality`, if the format is PNG.
pub const QUALITY_OF_PNG: &str = "is for jpeg and webp: a png loses nothing";
/// `columns` and `rows` of a contact sheet or a storyboard.
pub const GRID: &str = "must be a whole number from 1 to 20";
/// `width` of a thumbnail.
pub const TILE: &str = "must be a whole number of pixels from 16 to 640";
/// An object.
pub const OBJECT: &str = "must be an object";
/// `fileName` of a new video.
pub const FILE_NAME: &str = "must be a text of 1 to 255 characters, at least one of them visible, \
                             without control characters";
/// `bytes` of a new video.
pub const BYTES: &str = "must be a whole number of bytes, 1 or more";
/// `contentType` of a new video.
pub const CONTENT_TYPE: &str = "must be one media type of at most 255 ASCII characters, such as \
                                video/mp4 or video/webm; codecs=\"vp8, opus\"";
/// `url` of a webhook.
pub const URL: &str =
    "must be a URL of at most 2048 characters, such as https://example.com/framezip";
/// `mail` of the mail preferences.
pub const MAIL: &str = "must be \"all\", \"failures\" or \"none\"";
