/**
 * Internal: finds, extracts and loads the native libraries of this project's engines, and holds
 * their objects. Not part of the API; it changes without notice. The documentation of the API
 * leaves it out. The start are {@link org.hetal.he.library.NativeLibraryLoader} and {@link
 * org.hetal.he.library.NativeHandle}.
 */
package org.hetal.he.library;
