package org.hetal.spark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ClusterStorageCapacityExceededException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.security.AccessControlException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.he.FileWriteException;
import org.hetal.he.IoReason;

/**
 * A folder on any of Hadoop's file systems: a local path, {@code hdfs:} or {@code s3a:} by URI.
 * Local files have no {@code .crc} side files; everything stored here has its digest in a manifest.
 */
public final class HadoopStorage implements Storage {
  private final Path root;
  private final FileSystem files;

  /**
   * @param root path or URI; need not exist
   */
  public HadoopStorage(String root, Configuration hadoop) {
    this.root = new Path(root);
    try {
      this.files = exact(this.root.getFileSystem(hadoop));
    } catch (IOException e) {
      throw new UncheckedIOException("file system of " + root, e);
    }
  }

  @Override
  public byte[] read(String path) {
    Path file = new Path(root, path);
    try (InputStream in = files.open(file)) {
      return in.readAllBytes();
    } catch (FileNotFoundException e) {
      throw new DatasetException(file + ": expected a file, actual none", e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  @Override
  public void writeAtomically(String path, byte[] bytes) {
    Path file = new Path(root, path);
    Path partial = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID());
    try {
      files.mkdirs(file.getParent());
      replace(files, partial, file, bytes);
    } catch (FSError e) { // how Hadoop reports that a local disk is full
      throw refused(partial, file, new IOException(e.getCause().getMessage(), e));
    } catch (AccessControlException
        | ClusterStorageCapacityExceededException
        | FileAlreadyExistsException
        | FileNotFoundException
        | FileSystemException
        | ParentNotDirectoryException e) {
      throw refused(partial, file, e);
    } catch (IOException e) { // may pass
      throw new UncheckedIOException("writing " + file, e);
    }
  }

  /** Another attempt would be refused as well. */
  private FileWriteException refused(Path partial, Path file, IOException reason) {
    try {
      files.delete(partial, false); // its space may be what is missing
    } catch (IOException e) {
      // Why the file could not be written says more.
    }
    return new FileWriteException("cannot write " + file + ": " + IoReason.of(reason), reason);
  }

  @Override
  public boolean exists(String path) {
    try {
      return files.exists(new Path(root, path));
    } catch (IOException e) {
      throw new UncheckedIOException("looking for " + new Path(root, path), e);
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
      throw new UncheckedIOException("listing " + folder, e);
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
      throw new UncheckedIOException("listing " + folder, e);
    }
    Collections.sort(names);
    return List.copyOf(names);
  }

  /** Deletes a folder and what is in it. */
  public void deleteFolder(String directory) {
    try {
      files.delete(new Path(root, directory), true);
    } catch (IOException e) {
      throw new UncheckedIOException("deleting " + new Path(root, directory), e);
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
   * Writes the bytes to {@code partial}, flushes them to the disks where the file system can, and
   * renames {@code partial} to {@code file}, replacing it. The rename is atomic on local disks and
   * HDFS. After a failure {@code partial} may remain.
   */
  static void replace(FileSystem files, Path partial, Path file, byte[] bytes) throws IOException {
    try (FSDataOutputStream out = files.create(partial, true)) {
      out.write(bytes);
      if (out.hasCapability(StreamCapabilities.HSYNC)) {
        out.hsync();
      }
    }
    rename(files, partial, file);
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (files instanceof RawLocalFileSystem local) {
      Files.move(
          local.pathToFile(from).toPath(),
          local.pathToFile(to).toPath(),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } else {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(from, to, Options.Rename.OVERWRITE);
    }
  }
}
