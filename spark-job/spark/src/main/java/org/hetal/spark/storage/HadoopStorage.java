package org.hetal.spark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.io.IOUtils;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.he.AtomicFile;

/**
 * A folder on any file system of Hadoop: a local path, {@code hdfs:} or {@code s3a:} by URI. Local
 * files have no {@code .crc} files beside them, since every stored file has its digest in a
 * manifest.
 */
public final class HadoopStorage implements Storage {
  /** Of an array. */
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Path root;
  private final FileSystem files;

  /**
   * @param root path or URI; the folder need not exist
   * @throws UncheckedIOException when its file system cannot be opened
   */
  public HadoopStorage(String root, Configuration hadoop) {
    this.root = new Path(root);
    try {
      this.files = exact(HadoopFailures.fileSystem(this.root, hadoop));
    } catch (IOException e) {
      throw HadoopFailures.failed("file system of", this.root, e);
    }
  }

  @Override
  public byte[] read(String path) {
    return read(path, MOST_BYTES);
  }

  @Override
  public byte[] read(String path, long most) {
    Path file = new Path(root, path);
    try (InputStream in = files.open(file)) {
      byte[] bytes = in.readNBytes((int) Math.min(most, MOST_BYTES));
      if (in.read() >= 0) {
        throw Storage.tooLong(file.toString(), most);
      }
      return bytes;
    } catch (FileNotFoundException e) {
      throw new DatasetException(file + ": expected a file, actual none", e);
    } catch (IOException e) {
      throw HadoopFailures.failed("cannot read", file, e);
    }
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    Path file = new Path(root, path);
    Path partial = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID());
    writeAtomically(partial, path, bytes, () -> {});
  }

  /**
   * As {@link #writeAtomically(String, byte[])}, with a check before the file is visible.
   *
   * @param partial where the bytes go first; its folder is made
   * @param check throws a {@link CommitException} when the file must not be written
   */
  void writeAtomically(Path partial, String path, byte[] bytes, Runnable check) {
    Path file = new Path(root, path);
    try {
      makeFolder(files, file.getParent());
      replace(files, partial, file, bytes, check);
    } catch (CommitException e) {
      deleteQuietly(partial);
      throw e;
    } catch (FSError e) { // how Hadoop reports that a local disk is full
      throw refused(partial, file, new IOException(e));
    } catch (IOException e) {
      throw refused(partial, file, e);
    }
  }

  private UncheckedIOException refused(Path partial, Path file, IOException reason) {
    if (HadoopFailures.isLasting(reason)) {
      deleteQuietly(partial); // the disk may be full
    }
    return HadoopFailures.refused("cannot write", file, reason);
  }

  private void deleteQuietly(Path partial) {
    try {
      files.delete(partial, false);
    } catch (IOException e) {
      // The reason of the first failure is reported.
    }
  }

  @Override
  public boolean exists(String path) {
    try {
      return files.exists(new Path(root, path));
    } catch (IOException e) {
      throw HadoopFailures.failed("cannot look for", new Path(root, path), e);
    }
  }

  @Override
  public List<String> list(String directory) {
    Path folder = directory.isEmpty() ? root : new Path(root, directory);
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(folder)) {
        String name = status.getPath().getName();
        if (status.isFile() && !name.startsWith(".")) {
          names.add(directory.isEmpty() ? name : directory + "/" + name);
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw HadoopFailures.failed("cannot list", folder, e);
    }
    Collections.sort(names);
    return List.copyOf(names);
  }

  /** Names of the folders directly in a folder, ascending; empty when there is no such folder. */
  public List<String> folders(String directory) {
    Path folder = new Path(root, directory);
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(folder)) {
        if (status.isDirectory()) {
          names.add(status.getPath().getName());
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw HadoopFailures.failed("cannot list", folder, e);
    }
    Collections.sort(names);
    return List.copyOf(names);
  }

  /** Deletes a folder with its content. */
  public void deleteFolder(String directory) {
    try {
      files.delete(new Path(root, directory), true);
    } catch (IOException e) {
      throw HadoopFailures.refused("cannot delete", new Path(root, directory), e);
    }
  }

  @Override
  public List<String> walk() {
    List<String> paths = new ArrayList<>();
    try {
      Path folder = files.makeQualified(root);
      if (files.getFileStatus(folder).isFile()) {
        throw new CommitException(root + ": expected a folder, actual a file; kept");
      }
      RemoteIterator<LocatedFileStatus> all = files.listFiles(folder, true);
      while (all.hasNext()) {
        paths.add(folder.toUri().relativize(all.next().getPath().toUri()).getPath());
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw HadoopFailures.failed("cannot list", root, e);
    }
    Collections.sort(paths);
    return List.copyOf(paths);
  }

  @Override
  public void delete(String path) {
    Path file = new Path(root, path);
    try {
      files.delete(file, false);
      for (Path at = file.getParent(); !at.equals(root); at = at.getParent()) {
        if (files.listStatus(at).length > 0) {
          return;
        }
        files.delete(at, false);
      }
    } catch (FileNotFoundException e) {
      // An object store has no folder without a file.
    } catch (IOException e) {
      throw HadoopFailures.refused("cannot delete", file, e);
    }
  }

  @Override
  public String describe() {
    return root.toString();
  }

  /** The file system without checksum side files where it is the local one. */
  static FileSystem exact(FileSystem files) {
    return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
  }

  /**
   * Makes a folder and those above it. Hadoop does not say why a local one cannot be made, such as
   * that the disk is full; Java does.
   */
  static void makeFolder(FileSystem files, Path folder) throws IOException {
    if (files instanceof RawLocalFileSystem local) {
      Files.createDirectories(local.pathToFile(folder).toPath());
    } else if (!files.mkdirs(folder)) {
      throw new IOException("cannot make the folder " + folder);
    }
  }

  /**
   * Writes the bytes to {@code partial}, which nobody else knows, flushes them to the disks where
   * the file system can, and renames {@code partial} to {@code file}, replacing it. The rename is
   * atomic on local disks, where the folder is synchronized after it, and on HDFS. After a failure
   * {@code partial} may remain.
   *
   * <p>On an object store such as {@code s3a:} a rename copies and deletes. There the bytes are one
   * PUT to {@code file}, which appears whole or not at all.
   *
   * @param check called right before the rename or the PUT; what it throws ends the writing
   */
  static void replace(FileSystem files, Path partial, Path file, byte[] bytes, Runnable check)
      throws IOException {
    if (files.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM)) {
      put(files, file, bytes, check);
      return;
    }
    if (files instanceof RawLocalFileSystem) {
      makeFolder(
          files, partial.getParent()); // otherwise create does, and does not say why it fails
    }
    if (isOfJava(files)) {
      Files.deleteIfExists(local(files, partial)); // of an attempt that failed
      writeNew(files, partial, bytes);
    } else {
      write(files, partial, bytes);
    }
    check.run();
    rename(files, partial, file);
  }

  private static java.nio.file.Path local(FileSystem files, Path path) {
    return ((RawLocalFileSystem) files).pathToFile(path).toPath();
  }

  /** Whether files are local ones that Java writes as Hadoop does. A subclass may do otherwise. */
  static boolean isOfJava(FileSystem files) {
    return files.getClass() == RawLocalFileSystem.class;
  }

  /**
   * Writes a local file that is not there yet, and removes it if that fails. Hadoop's {@code
   * create} looks whether there is a file and then opens it, and it follows links. The mode is
   * Hadoop's, without the permissions that the umask of this process denies.
   *
   * @throws FileSystemException when it is there or cannot be written
   */
  static void writeNew(FileSystem files, Path file, byte[] bytes) throws IOException {
    java.nio.file.Path local = local(files, file);
    FsPermission mode =
        FsPermission.getFileDefault().applyUMask(FsPermission.getUMask(files.getConf()));
    try {
      AtomicFile.writeNew(
          local,
          bytes,
          PosixFilePermissions.asFileAttribute(
              PosixFilePermissions.fromString(mode.toString().substring(0, 9))));
    } catch (FileSystemException e) { // it is not open: there may be a file of another process
      throw e;
    } catch (IOException e) {
      Files.deleteIfExists(local); // the disk may be full
      if (e instanceof ClosedByInterruptException) {
        throw e;
      }
      FileSystemException lasting = new FileSystemException(local.toString(), null, e.getMessage());
      lasting.initCause(e);
      throw lasting;
    }
  }

  private static void write(FileSystem files, Path partial, byte[] bytes) throws IOException {
    FSDataOutputStream out = files.create(partial, true);
    try {
      out.write(bytes);
      if (out.hasCapability(StreamCapabilities.HSYNC)) {
        out.hsync();
      }
    } catch (IOException | RuntimeException | Error e) {
      IOUtils.closeStream(
          out); // HDFS throws the same exception again, which cannot suppress itself
      throw e;
    }
    out.close();
  }

  /** Closing the stream sends the object; a stream that failed must not be closed before abort. */
  private static void put(FileSystem files, Path file, byte[] bytes, Runnable check)
      throws IOException {
    FSDataOutputStream out = files.create(file, true);
    try {
      out.write(bytes);
      check.run();
    } catch (IOException | RuntimeException | Error e) {
      out.abort();
      IOUtils.closeStream(out);
      throw e;
    }
    out.close();
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (files instanceof RawLocalFileSystem local) {
      java.nio.file.Path target = local.pathToFile(to).toPath();
      Files.move(
          local.pathToFile(from).toPath(),
          target,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      AtomicFile.synchronize(target.getParent());
    } else {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(from, to, Options.Rename.OVERWRITE);
    }
  }
}
