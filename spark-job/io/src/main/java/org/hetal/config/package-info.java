/**
 * The settings of commands and API: {@link org.hetal.config.SettingsLoader} merges defaults, files
 * and overrides into {@link org.hetal.config.Settings}, or throws {@link
 * org.hetal.config.SettingsException} with everything that is wrong. The other types are internal.
 */
package org.hetal.config;
