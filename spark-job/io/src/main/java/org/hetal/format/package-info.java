/**
 * JSON and SHA-256 as every file and message of this project uses them, and outside text in
 * messages. The lowest package of the module io: it imports no other.
 */
package org.hetal.format;
