/**
 * What a run directory tells, and pages about a run. Holds nothing of the data owner's: the owner's
 * part adds sections of its own.
 */
package org.hetal.report;
