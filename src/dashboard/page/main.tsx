/** Entry of the page: takes the token out of the link before anything else, then mounts the shell. */
import { render } from 'preact';
import { takeToken } from './data/token.js';
import { App } from './shell/app.js';
import { startTheme } from './shell/theme.js';
import './style.css';

takeToken();
startTheme();
const root = document.getElementById('page');
if (root !== null) render(<App />, root);
