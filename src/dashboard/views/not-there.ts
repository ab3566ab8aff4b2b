/** What a page asks for and does not exist; other mistakes have other reasons. */
import { UserError } from '../../core/errors.js';

export class NotThere extends UserError {}
