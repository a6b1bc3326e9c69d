import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * Prints the name, size and CRC of the files in a zip, as read. Without arguments it reads the zip from
 * standard input as a stream. The first argument is the path of a zip, which it reads by its directory.
 * Further arguments select files by name.
 */
class ListEntries {
    private static final PrintStream OUT =
            new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            try (var zip = new ZipInputStream(System.in)) {
                for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
                    print(entry, zip);
                }
            }
        } else {
            var names = Arrays.asList(arguments).subList(1, arguments.length);
            try (var zip = new ZipFile(arguments[0])) {
                for (var entries = zip.entries().asIterator(); entries.hasNext(); ) {
                    var entry = entries.next();
                    if (names.isEmpty() || names.contains(entry.getName())) {
                        print(entry, zip.getInputStream(entry));
                    }
                }
            }
        }
        OUT.flush();
    }

    private static void print(ZipEntry entry, InputStream data) throws IOException {
        var bytes = data.readAllBytes();
        var crc = new CRC32();
        crc.update(bytes);
        OUT.printf("%s %d %08x%n", entry.getName(), bytes.length, crc.getValue());
    }
}
