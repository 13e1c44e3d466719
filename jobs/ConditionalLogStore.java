package lookback;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Iterator;

import io.delta.storage.GCSLogStore;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.RemoteFileChangedException;

/**
 * Commits an entry of Delta's log by one conditional write: of two drivers that commit the same version, the store
 * refuses one. None of Delta's own log stores asks s3a for that, and s3a does it for nobody who does not ask.
 */
public class ConditionalLogStore extends GCSLogStore {
  public ConditionalLogStore(Configuration conf) {
    super(conf);
  }

  public void write(Path path, Iterator actions, Boolean overwrite, Configuration conf) throws IOException {
    if (overwrite.booleanValue()) {
      super.write(path, actions, overwrite, conf);
      return;
    }
    StringBuilder entry = new StringBuilder();
    while (actions.hasNext()) {
      entry.append((String) actions.next()).append('\n');
    }
    FSDataOutputStreamBuilder builder = path.getFileSystem(conf).createFile(path);
    builder.create();
    builder.must("fs.option.create.conditional.overwrite", true);
    try {
      FSDataOutputStream out = (FSDataOutputStream) builder.build();
      out.write(entry.toString().getBytes(StandardCharsets.UTF_8));
      out.close();
    } catch (RemoteFileChangedException came) {
      FileAlreadyExistsException stands = new FileAlreadyExistsException(path.toString());
      stands.initCause(came);
      throw stands;
    }
  }
}
