import './styles/component.css';

export * from './api/auditforge.js';
export { EngagementDetail, type EngagementDetailProps } from './components/EngagementDetail.js';
