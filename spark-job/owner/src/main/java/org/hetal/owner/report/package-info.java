/** The data owner's page about a run. */
package org.hetal.owner.report;
