//! Lets this crate's tests and examples find the FFmpeg they were linked with.

fn main() {
    println!("cargo::rerun-if-env-changed=FFMPEG_DIR");
    if let Ok(ffmpeg) = std::env::var("FFMPEG_DIR") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{ffmpeg}/lib");
    }
}
