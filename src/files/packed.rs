//! What programs that pack one stream leave behind: gzip, zstd, bzip2, xz, and one inside another.

use std::io::{self, BufRead as _, BufReader, Read};

/// How much of a text can be looked at before it is read.
pub(crate) const AHEAD: usize = 1 << 20;
/// A packing inside a packing.
const MOST_LAYERS: usize = 3;
/// Bytes of memory that an xz file may ask for: `xz -9` asks for 65 MiB, and a hostile one for gigabytes.
const MOST_OF_XZ: u64 = 100 << 20;

/// What is packed, unpacked: its bytes as they are.
pub(super) fn bare(mut input: Box<dyn Read + Send>) -> io::Result<BufReader<Box<dyn Read + Send>>> {
    for _ in 0..MOST_LAYERS {
        let mut packed = BufReader::with_capacity(AHEAD, input);
        input = match filled(&mut packed)? {
            [0x1F, 0x8B, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
            // `BZh`, a digit, and the first digits of pi.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] => {
                Box::new(bzip2::bufread::MultiBzDecoder::new(packed))
            }
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => {
                let stream = liblzma::stream::Stream::new_stream_decoder(MOST_OF_XZ, liblzma::stream::CONCATENATED)?;
                Box::new(liblzma::bufread::XzDecoder::new_stream(packed, stream))
            }
            _ => return Ok(packed),
        };
    }
    Ok(BufReader::with_capacity(AHEAD, input))
}

/// The first bytes of a stream. Looking at them takes nothing away.
pub(super) fn filled<R: Read>(input: &mut BufReader<R>) -> io::Result<&[u8]> {
    // One read may give less than there is; for telling a packing four bytes are enough.
    input.fill_buf()
}
